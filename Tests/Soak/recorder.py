"""Records every change that a program and its children make to the files below a folder, with strace(1).

strace sees the system calls themselves, so no process, no library and no buffered stream is missed. Only a change through
mmap(2) stays unseen; a replay then ends with other files than the program.
"""

import collections
import os
import re
import subprocess

#: The calls that change a file, a name or the disk, or that tell where another call does so.
CALLS = """open openat openat2 creat write pwrite64 writev pwritev pwritev2 read readv lseek truncate ftruncate fallocate
    copy_file_range rename renameat renameat2 link linkat unlink unlinkat mkdir mkdirat rmdir symlink symlinkat
    chmod fchmod fchmodat fchmodat2 fsync fdatasync syncfs sync chdir fchdir""".split()
#: The longest content of one write. strace cuts a longer one off.
LONGEST = 4 << 20
#: New files get their modes from this mask.
UMASK = 0o022

_LINE = re.compile(r"(\d+)\s+(\d+\.\d+) (.*)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_PLACE = re.compile(r"(AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>(\(deleted\))?")

#: A change below the folder: when, what (the name of a method of `disk.Disk`), and the arguments of the method.
Change = collections.namedtuple("Change", "time name arguments")


def record(command, folder, log, **options):
    """Runs `command`. Returns the exit status, and the changes below `folder` in their order."""
    tracer = ["strace", "-f", "-y", "-v", "-xx", "-s", str(LONGEST), "-ttt", "--seccomp-bpf", "--quiet=all",
              "-e", "trace=" + ",".join(f"?{call}" for call in CALLS), "-e", "signal=none", "-o", str(log)]
    status = subprocess.run([*tracer, *command], umask=UMASK, **options).returncode
    return status, _Reader(str(folder)).changes(log)


def _bytes(text):
    return bytes.fromhex(text.replace("\\x", ""))


class _Reader:
    """Reads the output of strace."""

    def __init__(self, folder):
        self.prefix = folder + "/"
        self.found = []
        self.time = 0.0
        #: The current folder of each process.
        self.places = {}
        #: The positions in the open files, by process and descriptor; `None` for files that are only appended to.
        self.positions = {}

    def changes(self, log):
        unfinished = {}
        with open(log, encoding="ascii", errors="replace") as lines:
            for line in lines:
                process, time, text = _LINE.match(line).groups()
                if text.endswith("<unfinished ...>"):
                    unfinished[process] = text.removesuffix("<unfinished ...>")
                    continue
                if resumed := _RESUMED.match(text):
                    text = unfinished.pop(process) + resumed[1]
                if call := _CALL.match(text):
                    self.time = float(time)
                    self._understand(process, call[1], call[2].strip(), int(call[3]))
        return self.found

    def _understand(self, process, call, arguments, result):
        for name, place, _ in _PLACE.findall(arguments):
            if name == "AT_FDCWD":
                self.places[process] = _bytes(place).decode()
        strings = [(_bytes(text), cut) for text, cut in _STRING.findall(arguments)]
        if any(cut for _, cut in strings) and "write" in call:
            raise RuntimeError(f"strace cut a string of {call} off")
        strings = [text for text, _ in strings]
        if hasattr(self, f"_on_{call}"):
            return getattr(self, f"_on_{call}")(process, arguments, strings, result)
        if _PLACE.match(arguments):
            return self._by_descriptor(process, call, arguments, strings, result)
        self._by_name(process, call, arguments, strings)

    def _add(self, name, *arguments):
        self.found.append(Change(self.time, name, arguments))

    def _inside(self, path):
        """Returns the path below the folder, or `None`."""
        return path.removeprefix(self.prefix) if path.startswith(self.prefix) else None

    def _paths(self, process, arguments, strings):
        """Returns the paths of a call with names, each below the folder, or `None`. A name may follow a descriptor."""
        places = [_bytes(place).decode() for _, place, _ in _PLACE.findall(arguments)]
        places = places or [self.places.get(process, "/")] * len(strings)
        return [self._inside(os.path.normpath(os.path.join(place, name.decode())))
                for place, name in zip(places, strings)]

    # Calls with a name.

    def _on_openat(self, process, arguments, strings, result):
        path = self._paths(process, arguments, strings)[0]
        flags = arguments.split(", ")[2 if _PLACE.match(arguments) else 1]
        self.positions[process, result] = None if "O_APPEND" in flags else 0
        if path is None or not re.search("O_WRONLY|O_RDWR", flags):
            return
        if "O_CREAT" in flags:
            self._add("create", path, int(arguments.rpartition(", ")[2], 8) & ~UMASK)
        if "O_TRUNC" in flags:
            self._add("truncate", path, 0)

    _on_open = _on_openat

    def _on_chdir(self, process, arguments, strings, _):
        self.places[process] = os.path.normpath(os.path.join(self.places.get(process, "/"), strings[0].decode()))

    def _on_fchdir(self, process, arguments, *_):
        self.places[process] = _bytes(_PLACE.match(arguments)[2]).decode()

    def _by_name(self, process, call, arguments, strings):
        base = call.removesuffix("2").removesuffix("at")
        if base == "sync":
            return self._add("sync_all")
        if base == "symlink":
            path = self._paths(process, arguments, strings[1:])[0]
            return path and self._add("symlink", path, strings[0].decode())
        paths = self._paths(process, arguments, strings)
        if not any(paths):
            return
        if None in paths or base not in ("rename", "link", "unlink", "rmdir", "mkdir", "chmod", "fchmod", "truncate"):
            raise RuntimeError(f"unknown: {call}({arguments})")
        last = arguments.split(", ")[-1]
        if base in ("mkdir", "chmod", "fchmod"):
            mode = next(int(word, 8) for word in arguments.split(", ")[1:] if re.fullmatch("0[0-7]*", word))
            return self._add("mkdir", *paths, mode & ~UMASK) if base == "mkdir" else self._add("chmod", *paths, mode)
        if base == "truncate":
            return self._add("truncate", *paths, int(last))
        if "RENAME_EXCHANGE" in last:
            raise RuntimeError(f"unknown: {call}({arguments})")
        self._add("unlink" if base == "rmdir" else base, *paths)

    # Calls with a descriptor.

    def _by_descriptor(self, process, call, arguments, strings, result):
        number, place, is_deleted = _PLACE.match(arguments).groups()
        if strings and call.removesuffix("2").endswith("at"):
            return self._by_name(process, call, arguments, strings)
        descriptor, path = (process, int(number)), self._inside(_bytes(place).decode())
        words = arguments.split(", ")
        if call == "lseek":
            self.positions[descriptor] = result
        elif call in ("read", "readv"):
            if self.positions.get(descriptor) is not None:
                self.positions[descriptor] += result
        elif call == "syncfs":
            self._add("sync_all")
        elif path is None or is_deleted:
            return
        elif call in ("fsync", "fdatasync"):
            self._add("sync", path)
        elif call == "fchmod":
            self._add("chmod", path, int(words[1], 8))
        elif call == "ftruncate":
            self._add("truncate", path, int(words[1]))
        elif "write" in call:
            content = b"".join(strings)[:result]
            if call.startswith("p"):
                position = int(words[-1] if call == "pwrite64" else words[-2] if call == "pwritev2" else words[-1], 0)
            else:
                position = self.positions.get(descriptor, 0)
                if position is not None:
                    self.positions[descriptor] = position + len(content)
            self._add("write", path, position, content, self.time)
        else:
            raise RuntimeError(f"unknown: {call}({arguments})")
