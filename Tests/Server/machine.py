"""A Debian that is booted in a container, without any network but the loopback."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

#: What the README expects on a server, and what plays the forge.
PACKAGES = [
    "systemd", "systemd-sysv", "dbus", "nginx", "git", "curl", "openssl", "openssh-client", "openssh-server",
    "ca-certificates", "libfcgi0ldbl", "libsqlite3-0", "libssl3", "procps",
    "python3-flask", "gunicorn", "make", "hugo",
]
#: Packages that have another name in a release.
RENAMED = {"trixie": {"libfcgi0ldbl": "libfcgi0t64", "libssl3": "libssl3t64"}}


def base(release, cache):
    """Returns the folder of an installed system, which is made at the first use. Takes some minutes then."""
    folder = cache / release
    names = [RENAMED.get(release, {}).get(name, name) for name in PACKAGES]
    if folder.exists():
        add(names, folder)
        return folder
    unfinished = pathlib.Path(tempfile.mkdtemp(dir=cache))
    try:
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={','.join(names)}", release, unfinished],
            check=True, stdout=subprocess.DEVNULL)
        unfinished.chmod(0o755)  # the machine's root folder
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return folder


def add(names, folder):
    """Installs the packages that a system from an earlier time lacks."""
    listed = subprocess.run(
        ["dpkg-query", f"--admindir={folder}/var/lib/dpkg", "--show", "--showformat=${Package} ${db:Status-Status}\n"],
        check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    missing = [name for name in names if f"{name} installed" not in listed]
    if not missing:
        return
    print(f"installing {' '.join(missing)} in {folder}")
    command = ["chroot", folder, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    subprocess.run([*command, "update"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*command, "install", "--yes", "--no-install-recommends", *missing],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Machine:
    """A booted copy of `base`. Leaving the context ends it and removes all its files."""

    def __init__(self, base):
        self.base = base

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bellpull-server."))
        self.root = self.folder / "root"
        self.boot = None
        try:
            subprocess.run(["cp", "-a", "--reflink=auto", self.base, self.root], check=True)
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        self.log = open(self.folder / "boot.log", "wb")
        # A session of its own: Ctrl-C must not reach systemd-nspawn before the end of the test is reported.
        self.boot = subprocess.Popen(
            ["systemd-nspawn", "-D", self.root, "-b", "--register=no", "--keep-unit", "--private-network",
             "--console=pipe", "--quiet",
             # Which Debian 12's systemd-nspawn would refuse.
             "--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self.pid and self.run("systemctl is-system-running | grep -qE 'running|degraded'").returncode == 0:
                return
            if self.boot.poll() is not None:
                break
            time.sleep(0.2)
        raise SystemExit(f"the container does not boot: {(self.folder / 'boot.log').read_text()[-2000:]}")

    def stop(self):
        if self.boot and self.boot.poll() is None:
            if first := self.pid:
                os.kill(first, signal.SIGRTMIN + 4)  # systemd(1): powers the machine off
            try:
                self.boot.wait(20)
            except subprocess.TimeoutExpired:
                self.boot.kill()
                self.boot.wait()

    def reboot(self):
        self.stop()
        self.start()

    @property
    def pid(self):
        """The container's first process, as its host sees it."""
        try:
            text = pathlib.Path(f"/proc/{self.boot.pid}/task/{self.boot.pid}/children").read_text().split()
        except FileNotFoundError:
            return None
        return int(text[0]) if text else None

    def run(self, script, timeout=120):
        """Runs a script of the shell in the container, as root. Its output and errors come together."""
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                       "LC_ALL": "C.UTF-8", "COLUMNS": "400"}
        return subprocess.run(
            ["nsenter", "-t", str(self.pid), "-a", "sh", "-c", f"cd /root\n{script}"], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout)

    def must(self, script, timeout=120):
        """Runs a script that must succeed, and returns its output."""
        result = self.run(script, timeout)
        if result.returncode != 0:
            raise SystemExit(f"failed with {result.returncode}: {script}\n{result.stdout}")
        return result.stdout

    def put(self, source, path):
        """Copies a file or a folder into the container."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if pathlib.Path(source).is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
