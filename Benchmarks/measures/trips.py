"""Processes and round trips to the remote for one deployment of a pull site, compared with `git fetch` of one ref.

The remote is `git daemon` behind a proxy that counts: a round trip is a message of the client after one of the server (or after the
connection), and the answer to it. strace(1) lists the programs that start, with the milliseconds from the first start to their
start and to their end; it slows them down.
"""

import re
import socket
import subprocess
import threading

import clones
import delivery
import nginx
import servers
from measures.deploy import DURABLE
from processes import expect

STRACE = ["-f", "-ttt", "-e", "trace=execve"]
FETCH, PULL = "git fetch", "git pull --rebase"


def run(bench, folder):
    pushes = bench.pick(5, 3)
    repository = clones.Repository(bench, folder, [FETCH, PULL, "site"])
    daemon_port = nginx.free_port()
    daemon = bench.processes.start(
        "git-daemon", ["git", "daemon", "--export-all", f"--base-path={folder}", "--listen=127.0.0.1", f"--port={daemon_port}"],
        folder / "git-daemon.log")
    daemon.await_(lambda: nginx.listens(daemon_port))
    proxy = Proxy(daemon_port)
    for clone in repository.clones.values():
        repository.git(clone, "remote", "set-url", "origin", f"git://127.0.0.1:{proxy.port}/alice/blog.git")
    site = repository.clones["site"]
    text = f'repository = "alice/blog"\nbranch = "main"\npath = "{site}"\n'
    process, port = servers.start_bellpull(bench, folder, {"site": text}, 'answer_within = "50s"\n')
    values = {kind: {FETCH: [], PULL: [], servers.BELLPULL: []} for kind in ("connections", "round trips", "git processes")}
    seen = {}

    def deploy(body, trace):
        with Traced(process.pid, trace):
            outcome = delivery.deliver(delivery.connect(port), body, delivery.headers(body))
        expect(outcome == "200 deployed", f"a push was answered {outcome}")

    def git(name, trace, *arguments):
        command = ["git", "-C", repository.clones[name], *arguments]
        subprocess.run(["strace", *STRACE, "-o", trace, *command], check=True, capture_output=True, env=bench.environment)

    ways = {
        FETCH: lambda body, trace: git(FETCH, trace, "-c", DURABLE, "fetch", "--quiet", "origin", "main"),
        PULL: lambda body, trace: git(PULL, trace, "-c", DURABLE, "pull", "--quiet", "--rebase"),
        servers.BELLPULL: deploy,
    }
    # The first push opens the clone.
    for number in range(-1, pushes):
        body, commit = repository.push()
        for name, way in ways.items():
            proxy.connections, proxy.trips = 0, 0
            trace = folder / "trace"
            way(body, trace)
            started = programs(trace)
            if number < 0:
                continue
            values["connections"][name].append(proxy.connections)
            values["round trips"][name].append(proxy.trips)
            values["git processes"][name].append(len(started))
            seen[name] = started
        expect(repository.head(site) == commit, "the site is not at the commit")
    report = bench.report
    for kind, figures in values.items():
        report.figure(kind, "", figures, FETCH)
    for name, started in seen.items():
        report.note(f"{name}: " + ", ".join(f"{program} {begin:.0f}–{end:.0f} ms" for program, begin, end in started))
    report.bar("round trips to the remote, more than git fetch", 0,
               report.median("round trips", servers.BELLPULL) - report.median("round trips", FETCH))


class Traced:
    """strace(1) on a running program, for the time of a `with`."""

    def __init__(self, process, trace):
        self._command = ["strace", *STRACE, "-o", trace, "-p", str(process)]

    def __enter__(self):
        self._strace = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        while "attached" not in (line := self._strace.stderr.readline()):
            expect(line, "strace cannot attach")

    def __exit__(self, *_):
        self._strace.terminate()
        self._strace.communicate()


def programs(trace):
    """Returns the commands of git that started: name, start and end. Git runs parts of itself as other processes."""
    found, ends = {}, {}
    for line in trace.read_text(errors="replace").splitlines():
        process, moment, words = line.split(maxsplit=2)
        if call := re.search(r'execve\("[^"]*/git", \[(.*)\]', words):
            arguments = re.findall(r'"((?:[^"\\]|\\.)*)"', call[1])[1:]
            found[process] = ("git " + command(arguments), float(moment))
        elif "+++ exited" in words:
            ends[process] = float(moment)
    expect(found, f"strace has recorded no git: {trace}")
    first = min(start for _, start in found.values())
    return [(name, (start - first) * 1000, (ends.get(process, start) - first) * 1000)
            for process, (name, start) in found.items()]


def command(words):
    """Returns the subcommand among the arguments of git."""
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in ("-c", "-C")
            continue
        return word
    return ""


class Proxy:
    """Passes connections to a port on, and counts connections and round trips."""

    def __init__(self, target):
        self._target = target
        self.connections = self.trips = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self._server.accept()
            self.connections += 1
            server = socket.create_connection(("127.0.0.1", self._target))
            talk = Talk(self)
            for source, sink, is_client in ((client, server, True), (server, client, False)):
                threading.Thread(target=talk.copy, args=(source, sink, is_client), daemon=True).start()


class Talk:
    """One connection: whether the client has sent last."""

    def __init__(self, proxy):
        self._proxy, self._lock, self._is_asked = proxy, threading.Lock(), False

    def copy(self, source, sink, is_client):
        while data := source.recv(1 << 16):
            with self._lock:
                # A last message without an answer, such as a flush packet, is no round trip.
                if not is_client and self._is_asked:
                    self._proxy.trips += 1
                self._is_asked = is_client
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
