"""Attacks with malformed or unusual HTTP and FastCGI."""

import string

import fastcgi
from attacks import attack
from fastcgi import record

REFUSED_BY_NGINX = "400 nothing"
NOTHING = "0 nothing"
LIMIT = 25 << 20


@attack("a malformed content length", REFUSED_BY_NGINX)
def length(aim):
    request = aim.push()
    count = len(request.body)
    return request.put("Content-Length", *aim.chance.choice([
        [f"-{count}"], [f"+{count}"], [f"{count} {count}"], [hex(count)], [f"{count}.0"], ["1e3"], ["abc"], [""],
        ["9" * 30], ["\xb2"], [count, count], [count, count + 1]]))


@attack("a wrong content length", "401 rejected", "400 malformed", REFUSED_BY_NGINX, NOTHING)
def other_length(aim):
    request = aim.push()
    count = len(request.body)
    return request.put("Content-Length", count + aim.chance.choice([1, -1]) * aim.chance.randrange(1, count))


@attack("a content length above the limit", "413 nothing")
def large(aim):
    request = aim.push()
    if aim.chance.random() < 0.3:
        return request.put("Transfer-Encoding", "chunked").carrying(b"%x\r\nx" % aim.chance.randrange(LIMIT + 1, 1 << 40))
    return request.put("Content-Length", aim.chance.choice([LIMIT + 1, 26 << 20, aim.chance.randrange(LIMIT + 1, 1 << 62)]))


@attack("a chunked body", "200 ignored", "401 rejected")
def chunks(aim):
    request = aim.decoy.put("Transfer-Encoding", "chunked")
    body, coded = request.body, b""
    while body:
        count = aim.chance.randint(1, len(body))
        extension = aim.chance.choice([b"", b";x=y", b';x="' + b"y" * 500 + b'"'])
        coded += b"%x%b\r\n%b\r\n" % (count, extension, body[:count])
        body = body[count:]
    return request.carrying(coded + b"0\r\n" + aim.chance.choice([b"", b"X-Trailer: x\r\n"]) + b"\r\n")


@attack("a malformed chunked body", REFUSED_BY_NGINX, NOTHING)
def no_chunks(aim):
    request = aim.push().put("Transfer-Encoding", "chunked")
    if aim.chance.random() < 0.3:
        return request.put("Content-Length", len(request.body))
    body = request.body
    return request.carrying(aim.chance.choice([
        body, b"-1\r\n" + body, b"zz\r\n" + body, b"5\r\n" + body, b"%x\r\n%b" % (len(body) + 1, body), b"\r\n", b"",
        b"%x\r\n%b0\r\n\r\n" % (len(body), body), b"ffffffffffffffffff\r\n" + body]))


@attack("another method", "405 refused")
def method(aim):
    unknown = "X" + aim.text(1, 12, string.ascii_uppercase)
    return aim.push().to(aim.target, method=aim.chance.choice(
        ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "MKCOL", "LOCK", "POSTS", unknown]))


@attack("a malformed method", REFUSED_BY_NGINX)
def no_method(aim):
    return aim.push().to(aim.target, method=aim.chance.choice(
        ["post", 'P"OST', "P\xd6ST", "\x16\x03\x01", "P\\OST", "PO\x7fST", "P/"]))


@attack("a path that is no hook", "404 refused")
def path(aim):
    odd = aim.chance.choice([
        '"', "%22", "\\", "%5c", "%ff", "\xff", "%c0%ae", "\xe4", "%0a", "%0d%0aX:y", "%1b[2J", "%e2%80%ae", "'", ";", "$(id)"])
    word = "x" + aim.text(1, 300, string.ascii_letters)
    return aim.push().to(aim.chance.choice([
        f"/github/{word}", f"/github/{odd}", f"/github/{word}{odd}", f"/github/{odd}{word}/{odd}", f"/github/{word}?x={odd}",
        f"/github/{odd},%22status%22:200", f"/github/own/{word}", f"/github/OWN{odd}", f"/github/own{odd}"]))


@attack("a path that leaves the hook", "404 nothing", "405 nothing", "403 nothing", "404 refused", REFUSED_BY_NGINX)
def out(aim):
    up = aim.chance.choice(["..", "%2e%2e", ".%2e", "%2E."])
    slash = aim.chance.choice(["/", "//", "%2f", "/./"])
    return aim.push().to(aim.chance.choice([
        f"/github{slash}{up}{slash}x", f"/github/x{slash}{up}/{up}/{up}/etc/passwd", f"/github{slash}{up}/{up}/x",
        f"/{up}/github/x", f"/github{up}", "/github.html", f"/githubs{slash}x", "/", "/hub", "/.git/config", "/github/%00x", f"/github/{up}%00", f"/github/x\\{up}\\y"]))


@attack("headers named like environment variables", "200 ignored", "401 rejected")
def variables(aim):
    return aim.decoy.add(*evil_headers(aim.chance))


def evil_headers(chance, value="evil"):
    """Returns headers that would do harm as environment variables of a child process."""
    names = ["Proxy", "HTTP-Proxy", "Git-Ssh-Command", "Git-Dir", "Git-Config-Global", "Path", "Home", "Ld-Preload",
             "Github-Secret", "Bellpull-Timeout", "Bellpull-Config", "Repo-Path", "State-Directory", "Path-Info",
             "Request-Method", "GIT_SSH_COMMAND"]
    return [(name, value) for name in chance.sample(names, chance.randint(1, len(names)))]


@attack("random headers", "200 ignored", "401 rejected", "400 malformed", REFUSED_BY_NGINX, NOTHING)
def headers(aim):
    request = aim.decoy
    for _ in range(aim.chance.randint(1, 60)):
        name, value = aim.text(1, 30, string.ascii_letters + "-_"), aim.bytes(0, 200).translate(None, b"\0\r\n")
        request.add((f"X-{name}", value.decode("latin-1")))
    if aim.chance.random() < 0.2:
        request.add(("X-Long", "x" * aim.chance.randint(1000, 40_000)))
    if aim.chance.random() < 0.3:
        request.add((aim.bytes(0, 30).decode("latin-1"), aim.bytes(0, 200).decode("latin-1")))
    return request


@attack("malformed HTTP", REFUSED_BY_NGINX, "505 nothing", NOTHING)
def no_http(aim):
    request = bytes(aim.push())
    at = aim.chance.randrange(request.index(b"\r\n\r\n"))
    return aim.chance.choice([
        aim.bytes(1, 4000), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + aim.bytes(100, 500),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", request.replace(b"HTTP/1.1", b"HTTP/9.9", 1),
        request.replace(b"HTTP/1.1", b"HTTQ", 1), request.replace(b"Host: localhost\r\n", b"", 1), request[:at],
        request[:at] + b"\0" + request[at:], b"\r\n" * 500 + aim.bytes(1, 99)])


@attack("on the socket: a wrong content length", "400 malformed", "413 refused", on_socket=True)
def socket_length(aim):
    request = aim.push()
    count = len(request.body)
    return fastcgi.request(request, length=aim.chance.choice([
        -count, f"+{count}", f" {count}", hex(count), "1e3", "five", "9" * 30, "\xb2", count + 1, count - 1, 1 << 40, 26 << 20]))


@attack("on the socket: garbage", on_socket=True)
def garbage(aim):
    request = fastcgi.request(aim.push())
    begin = record(fastcgi.BEGIN, fastcgi.BEGINNING)
    kinds = aim.chance.choices(
        [fastcgi.BEGIN, fastcgi.ABORT, fastcgi.END, fastcgi.PARAMS, fastcgi.STDIN, fastcgi.DATA, 77], k=5)

    def lengths(least, most):
        """Returns random bytes below 0x80. Other bytes start a length in four bytes, which may crash libfcgi."""
        return bytes(byte & 0x7f for byte in aim.bytes(least, most))
    return aim.chance.choice([
        aim.bytes(1, 4000), bytes(aim.chance.randint(1, 100_000)), bytes(aim.push()),
        request[:aim.chance.randrange(len(request) - 8)],
        b"".join(record(kind, lengths(0, 300)) for kind in kinds),
        begin + record(fastcgi.PARAMS, lengths(0, 9), length=aim.chance.randrange(65536)),
        begin + record(fastcgi.PARAMS, lengths(3, 300)) + record(fastcgi.PARAMS, b""),
        record(fastcgi.BEGIN, bytes([0, aim.chance.randrange(4, 256), *aim.bytes(6, 6)])),
        record(fastcgi.BEGIN, fastcgi.BEGINNING, version=aim.chance.randrange(2, 256))])
