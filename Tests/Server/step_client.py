"""Runs in the container, as the user bellpull: sends one request to the launcher of steps, as Bellpull does.

Usage: step_client.py SOCKET|PROGRAM REQUEST, with the request as JSON. Prints the reply and the output as JSON.
"""

import array
import json
import os
import socket
import subprocess
import sys
import threading
import time


def exactly(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            return None
        data += part
    return data


def run(launcher, request):
    if launcher.endswith(".sock"):
        connection, process = socket.socket(socket.AF_UNIX), None
        connection.connect(launcher)
    else:
        connection, end = socket.socketpair()
        process = subprocess.Popen([launcher, "run-step"], stdin=end, env={})
        end.close()
    reading, writing = os.pipe()
    body = json.dumps(request).encode()
    attachment = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [writing]))]
    data = len(body).to_bytes(4, "big") + body
    connection.sendall(data[connection.sendmsg([data], attachment):])
    os.close(writing)
    output = []
    reader = threading.Thread(target=lambda: output.append(open(reading, "rb").read()))
    reader.start()
    length = exactly(connection, 4)
    reply = json.loads(exactly(connection, int.from_bytes(length, "big"))) if length else None
    if process:
        process.wait()
    reader.join(10)
    return {"reply": reply, "output": b"".join(output).decode(errors="replace")}


if __name__ == "__main__":
    request = json.loads(sys.argv[2])
    if len(sys.argv) > 3:
        times = []
        for number in range(int(sys.argv[3])):
            request["run"]["temporary"] += "x"
            start = time.monotonic()
            run(sys.argv[1], request)
            times.append((time.monotonic() - start) * 1000)
        print(json.dumps(sorted(times)))
    else:
        print(json.dumps(run(sys.argv[1], request)))
