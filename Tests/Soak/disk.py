"""A model of a file system that loses power.

The model knows what the programs see, and what is sure to be on the disk. Names are kept as by a journal: in their order, so
that the disk has all names up to some moment. The content of a file is sure only as far as it was synced. A file that
replaces another one has its content, as on ext4 (ext4(5), auto_da_alloc) and btrfs; with STRICT=1, only if it was synced.
"""

import collections
import copy
import hashlib
import os
import stat

STRICT = os.environ.get("STRICT") == "1"

#: A file of a state. `content`: the target of a symbolic link; empty for a folder. `time`: when the content was written.
Entry = collections.namedtuple("Entry", "path mode content time")


class File:
    """A regular file: what programs read, and what is sure to be on the disk."""

    def __init__(self, mode, content=b"", time=None):
        self.mode, self.content, self.synced, self.time = mode, bytearray(content), bytes(content), time

    @property
    def is_synced(self):
        return self.content == self.synced

    def fates(self):
        """Returns what the disk may have, by the name of the fate. `written`: the kernel may write at any time."""
        whole = bytes(self.content)
        # The kernel writes whole pages.
        half = (len(self.synced) + len(whole)) // 2 // 4096 * 4096
        half = whole[:max(half, len(self.synced))] if whole.startswith(self.synced) else self.synced
        zeros = self.synced + bytes(max(len(whole) - len(self.synced), 0))
        return {"written": whole, "lost": self.synced, "half": half, "zeros": zeros}


class Link:
    """A symbolic link."""

    def __init__(self, target):
        self.target = target


class Folder:
    def __init__(self, mode):
        self.mode = mode


class Disk:
    """The files below a folder. Each method without an underscore is a change of `recorder.Change`."""

    def __init__(self, folder):
        #: What programs see: files by path.
        self.files = dict(_read(folder))
        #: The files whose names were synced, each by itself: for a file system that keeps no order.
        self.sure = dict(self.files)

    def after(self, changes):
        """Returns another disk: this one after the changes."""
        other = copy.deepcopy(self)
        for change in changes:
            getattr(other, change.name)(*change.arguments)
        return other

    def create(self, path, mode):
        if path not in self.files:
            self.files[path] = File(mode)

    def write(self, path, position, content, time):
        file = self.files[path]
        position = len(file.content) if position is None else position
        file.content.extend(bytes(max(position - len(file.content), 0)))
        file.content[position:position + len(content)] = content
        file.time = time

    def truncate(self, path, length):
        file = self.files[path]
        file.content = file.content[:length].ljust(length, b"\0")
        file.synced = file.synced[:length]

    def rename(self, path, new):
        if isinstance(self.files[path], Folder):
            for name in [name for name in self.files if name.startswith(path + "/")]:
                self.files[new + name[len(path):]] = self.files.pop(name)
        replaced, self.files[new] = self.files.get(new), self.files.pop(path)
        if isinstance(replaced, File) and not STRICT:
            self.files[new].synced = bytes(self.files[new].content)

    def link(self, path, new):
        self.files[new] = self.files[path]

    def unlink(self, path):
        del self.files[path]

    def mkdir(self, path, mode):
        self.files[path] = Folder(mode)

    def symlink(self, path, target):
        self.files[path] = Link(target)

    def chmod(self, path, mode):
        self.files[path].mode = mode

    def sync(self, path):
        """Syncs one file or folder: its content, and its own name."""
        file = self.files[path]
        if isinstance(file, Folder):
            for name in [name for name in self.sure if os.path.dirname(name) == path and name not in self.files]:
                del self.sure[name]
            names = [name for name in self.files if os.path.dirname(name) == path]
        else:
            file.synced = bytes(file.content)
            names = [path]
            for name in [name for name, other in self.sure.items() if other is file and self.files.get(name) is not file]:
                del self.sure[name]
        for name in names:
            self._keep(name)

    def _keep(self, path):
        parent = os.path.dirname(path)
        if parent and parent not in self.sure:
            self._keep(parent)
        self.sure[path] = self.files[path]

    def sync_all(self):
        for file in self.files.values():
            if isinstance(file, File):
                file.synced = bytes(file.content)
        self.sure = dict(self.files)

    # States.

    def state(self, fate, keeps_order=True):
        """Returns the state of the disk after a power failure now.

        `fate` returns the name of the fate of a file with content that is not synced, by the file's path.
        """
        files = self.files if keeps_order else self.sure
        state = []
        for path in sorted(files):
            file = files[path]
            if isinstance(file, File):
                content = file.synced if file.is_synced else file.fates()[fate(path)]
                state.append(Entry(path, stat.S_IFREG | file.mode, content, file.time))
            elif isinstance(file, Link):
                state.append(Entry(path, stat.S_IFLNK, file.target.encode(), None))
            else:
                state.append(Entry(path, stat.S_IFDIR | file.mode, b"", None))
        return state


def _read(folder):
    """Yields the files below a folder, which were all synced."""
    for place, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(place, name)
            status = os.lstat(path)
            relative = os.path.relpath(path, folder)
            if stat.S_ISLNK(status.st_mode):
                yield relative, Link(os.readlink(path))
            elif stat.S_ISDIR(status.st_mode):
                yield relative, Folder(stat.S_IMODE(status.st_mode))
            else:
                with open(path, "rb") as file:
                    yield relative, File(stat.S_IMODE(status.st_mode), file.read(), status.st_mtime)


def digest(state):
    """Returns a digest of a state, without the times."""
    digest = hashlib.sha256()
    for path, mode, content, _ in state:
        digest.update(f"{path}\0{mode} {len(content)} ".encode() + content)
    return digest.digest()


def write(state, folder):
    """Writes the files of a state below a folder."""
    for path, mode, content, time in state:
        path = os.path.join(folder, path)
        if stat.S_ISDIR(mode):
            os.mkdir(path)
            os.chmod(path, stat.S_IMODE(mode))
        elif stat.S_ISLNK(mode):
            os.symlink(content.decode(), path)
        else:
            with open(path, "wb") as file:
                file.write(content)
            os.chmod(path, stat.S_IMODE(mode))
            if time is not None:
                os.utime(path, (time, time))


def differences(disk, folder):
    """Returns the paths below a folder that are not as programs see them on the model's disk: a change was missed."""
    def plain(files):
        return {path: (file.mode, bytes(file.content)) if isinstance(file, File) else
                file.target if isinstance(file, Link) else file.mode for path, file in files.items()}
    here, there = plain(disk.files), plain(dict(_read(folder)))
    return sorted(path for path in here.keys() | there.keys() if here.get(path) != there.get(path))
