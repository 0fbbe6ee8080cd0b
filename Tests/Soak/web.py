"""nginx with the files of nginx/, and clients that deliver through nginx."""

import collections
import pathlib
import socket
import subprocess
import sys
import threading
import time

_NGINX = pathlib.Path(__file__).parents[2] / "nginx"

Answer = collections.namedtuple("Answer", "status outcome seconds")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def nginx(folder, port, servers=""):
    """Starts nginx on `port`, for the Bellpull in the same folder, and with further `servers`."""
    for name in ("bellpull.conf", "bellpull-log.conf"):
        text = (_NGINX / name).read_text().replace("/run/bellpull/", f"{folder}/")
        (folder / name).write_text(text.replace("/var/log/nginx/bellpull.log", f"{folder}/access.log"))
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "fastcgi", "proxy", "scgi", "uwsgi"))
    # One process as the same user: a worker of another user would need access to the socket.
    (folder / "nginx.conf").write_text(f"""
        daemon off;
        master_process off;
        pid {folder}/nginx.pid;
        error_log {folder}/nginx-error.log crit;
        worker_rlimit_nofile 8192;
        events {{ worker_connections 4096; }}
        http {{
            {temporary}
            access_log {folder}/other.log;
            include {folder}/bellpull-log.conf;
            server {{
                listen 127.0.0.1:{port} backlog=1024;
                keepalive_requests 1000000;
                include {folder}/bellpull.conf;
            }}
            {servers}
        }}
        """)
    command = ["/usr/sbin/nginx", "-p", folder, "-c", "nginx.conf", "-e", "stderr"]
    with open(folder / "nginx.log", "ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process
        except ConnectionRefusedError:
            time.sleep(0.01)
    process.kill()
    process.wait()
    raise RuntimeError("nginx does not listen: " + (folder / "nginx.log").read_text())


class Client:
    """A client with one kept connection. Python's own client takes longer to read an answer than Bellpull to send it."""

    def __init__(self, port):
        self._port = port
        self._socket = None

    def send(self, delivery):
        """Delivers and returns the answer; without an answer, the status is 0."""
        start = time.perf_counter()
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(delivery.request)
            status, outcome = self._read()
        except OSError:
            self.close()
            status, outcome = 0, ""
        return Answer(status, outcome, time.perf_counter() - start)

    def close(self):
        if self._socket:
            self._socket.close()
            self._socket = None

    def _read(self):
        data = self._more(b"")
        while (end := data.find(b"\r\n\r\n")) < 0:
            data = self._more(data)
        head = data[:end].lower()
        length = _field(head, b"content-length")
        if length:
            while len(data) < end + 4 + int(length):
                data = self._more(data)
        else:
            while not data.endswith(b"0\r\n\r\n"):
                data = self._more(data)
        if _field(head, b"connection") == b"close":
            self.close()
        return int(head[9:12]), _field(head, b"bellpull-outcome").decode()

    def _more(self, data):
        chunk = self._socket.recv(65536)
        if not chunk:
            raise ConnectionResetError
        return data + chunk


def _field(head, name):
    _, found, rest = head.partition(b"\r\n" + name + b": ")
    return rest.partition(b"\r\n")[0] if found else b""


def deliver(port, deliveries, connections=16, rate=None):
    """Sends all deliveries over several connections: each as soon as the previous is answered, or `rate` per second.
    Returns the answers in order. With a rate, the time of an answer counts from the moment when the delivery was due."""
    answers, position, lock = [None] * len(deliveries), iter(range(len(deliveries))), threading.Lock()
    # Python must switch quickly to a thread whose delivery is due.
    sys.setswitchinterval(0.0005)
    start = time.perf_counter() + 0.1

    def work():
        client = Client(port)
        while True:
            with lock:
                index = next(position, None)
            if index is None:
                break
            late = 0
            if rate:
                due = start + index / rate
                if (left := due - time.perf_counter()) > 0:
                    time.sleep(left)
                late = time.perf_counter() - due
            answer = client.send(deliveries[index])
            answers[index] = answer._replace(seconds=answer.seconds + late)
        client.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def outcomes(answers):
    """Returns how often each answer came, as a text."""
    counts = collections.Counter(f"{answer.status} {answer.outcome or 'nothing'}" for answer in answers)
    return ", ".join(f"{count} × {words}" for words, count in counts.most_common())
