"""The tested programs: Bellpull behind nginx."""

import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import time

import forge
import web


def await_(fact, seconds, words):
    """Waits until `fact()` is true and returns its value."""
    end = time.monotonic() + seconds
    while not (value := fact()):
        if time.monotonic() > end:
            raise RuntimeError(f"gave up waiting for {words}")
        time.sleep(0.01)
    return value


def end(process, seconds):
    """Tells a process to end, and kills it if it still runs after some seconds."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Bellpull:
    """Bellpull behind its own nginx, in its own folder, with the given sites and settings. Can be started, stopped and
    killed repeatedly."""

    #: Further servers of nginx.
    servers = ""

    def __init__(self, folder, sites, catch_up="0", **settings):
        self.folder = pathlib.Path(folder)
        self.process = None
        self.port = web.free_port()
        (self.folder / "etc/sites").mkdir(parents=True)
        (self.folder / "state").mkdir()
        secret = self.folder / "etc/secret"
        secret.write_text(forge.SECRET + "\n")
        secret.chmod(0o600)
        settings = {"secret_file": str(secret), "catch_up": catch_up, **settings}
        (self.folder / "etc/bellpull.toml").write_text("".join(map(self._line, settings, settings.values())))
        for site in sites:
            keys = {"repository": site.repository, "branch": "main", "path": site.path, **site.keys}
            text = "".join(self._line(key, value) for key, value in keys.items() if value is not None)
            (self.folder / f"etc/sites/{site.name}.toml").write_text(text)

    @staticmethod
    def _line(key, value):
        return f"{key} = {value}\n" if isinstance(value, int) else f'{key} = "{value}"\n'

    def __enter__(self):
        # As with systemd, the socket outlives the program, and deliveries wait in the socket meanwhile.
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.folder / "bellpull.sock"))
        self.socket.listen(1024)
        self.nginx = web.nginx(self.folder, self.port, self.servers)
        return self

    def __exit__(self, *_):
        self.kill_all()
        end(self.nginx, 10)
        self.socket.close()

    @property
    def environment(self):
        """The environment of all commands."""
        return os.environ | {"STATE_DIRECTORY": str(self.folder / "state"), "HOME": str(self.folder)}

    def command(self, *arguments):
        """The command `bellpull ARGUMENTS…` with the configuration."""
        return [os.environ["BELLPULL"], *arguments, "--config", str(self.folder / "etc/bellpull.toml")]

    def deployment(self, site):
        """The command that deploys the site with this name."""
        return self.command("deploy", site)

    def deploy(self, site):
        """Deploys the site with this name, without the service. Returns the error; an empty text for a success."""
        done = subprocess.run(self.deployment(site), env=self.environment, capture_output=True, timeout=120)
        return done.stderr.decode(errors="replace")[-400:] if done.returncode else ""

    def start(self):
        """Starts Bellpull without waiting."""
        command = [os.environ["BELLPULL"], "serve", "--config", str(self.folder / "etc/bellpull.toml")]
        with open(self.folder / "bellpull.log", "ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=self.socket, stdout=log, stderr=log, start_new_session=True)
        return self

    def serve(self):
        """Starts Bellpull and waits until it answers."""
        self.start()
        self.await_answer()
        return self

    def await_answer(self, seconds=30):
        """Waits until Bellpull has answered a delivery."""
        client, nothing = web.Client(self.port), forge.push("nobody/nothing", "0" * 39 + "1")
        end = time.monotonic() + seconds
        while client.send(nothing).status != 200:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"bellpull does not answer:\n{self.log_end}")
            time.sleep(0.001)
        client.close()

    def stop(self):
        """Stops Bellpull as systemd would, and waits for the exit."""
        self.process.terminate()
        if self.process.wait(30) != 0:
            raise RuntimeError(f"bellpull ended with {self.process.returncode}:\n{self.log_end}")

    def kill(self):
        """Kills only the program. Its children are in other process groups and go on."""
        self.process.kill()
        self.process.wait()

    def kill_all(self):
        """Kills the program and all its children, as systemd kills a service."""
        if self.process is None:
            return
        for process in [self.process.pid, *self.session]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    @property
    def session(self):
        """The processes of the session: the program and its descendants, without zombies."""
        return [process for process, _, session, state in processes() if session == self.process.pid and state != "Z"]

    @property
    def log_end(self):
        return "\n".join((self.folder / "bellpull.log").read_text(errors="replace").splitlines()[-10:])

    # Resources.

    @property
    def cpu(self):
        """Seconds of processor time of all threads, without children (clock_getcpuclockid(3))."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def status(self, key):
        """Returns a line of /proc/PID/status as a number; sizes are in KiB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])
        raise KeyError(key)

    @property
    def memory(self):
        """Resident memory in MiB."""
        return self.status("VmRSS") / 1024

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def zombies(self):
        return sum(parent == self.process.pid and state == "Z" for _, parent, _, state in processes())

    # The ledger.

    @property
    def ledger(self):
        """A read-only connection to the ledger."""
        return sqlite3.connect(f"file:{self.folder}/state/ledger.sqlite?mode=ro", uri=True, timeout=30)

    def rows(self, sql, *arguments):
        ledger = self.ledger
        try:
            return ledger.execute(sql, arguments).fetchall()
        finally:
            ledger.close()

    def count(self, table, condition="1"):
        return self.rows(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0]

    def settle(self, seconds=60):
        """Waits until no deployment is queued or running. Returns whether that happened in time."""
        try:
            await_(lambda: self.count("deployment", "state IN ('queued', 'running', 'waiting')") == 0, seconds, "the deployments")
        except RuntimeError:
            return False
        return True


def processes():
    """Yields the id, parent, session and state of every process."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    fields = file.read().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            yield int(entry), int(fields[1]), int(fields[3]), fields[0]
