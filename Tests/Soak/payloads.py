"""Attacks with a valid signature: malformed payloads, pushes that concern no site, and malicious names."""

import json
import string
import urllib.parse

import senders
from attacks import attack
from senders import FORM

MALFORMED, IGNORED, UNSUPPORTED = "400 malformed", "200 ignored", "415 refused"
#: The file that an injected command would create.
MARK = "somebody-was-here"
#: The members of a payload that Bellpull reads, of all forges.
READ = {"ref", "after", "repository", "project", "push", "changes"}
#: Members of these that are read, for one forge or another.
READ_WITHIN = {"full_name", "path_with_namespace", "changes", "slug", "key"}
EVIL = (
    "-x", f"--upload-pack=touch {MARK}", "../../x", "a\nb", "a\r\nSet-Cookie: x=y", f"$(touch {MARK})",
    f"`touch {MARK}`", f"; touch {MARK} ;", f"|touch {MARK}", "main\0", "main\u202eniam", "\u2066main\u2069",
    "\x1b[2J\x1b]0;x\x07", "m\u00e4in", "\U0001f514", 'main","status":200,"x":"', "main\\", "%s%n%p", "@{upstream}",
    "main~1", "main..main", "main^{commit}", "refs/heads/main", ".", "..", ".git/config", "", " ", "main ", "HEAD")


def evil(aim):
    """Returns a name that git, a shell, a terminal or a log could misinterpret."""
    one, other = aim.chance.choices(EVIL, k=2)
    odd = [chr(aim.chance.choice([aim.chance.randrange(32), aim.chance.randrange(0x80, 0xd800)])) for _ in range(9)]
    return aim.chance.choice([one, one, one, one + other, "long" * 2500 + one, "".join(odd)])


@attack("malformed JSON", MALFORMED)
def broken(aim):
    push = aim.push().body
    values = json.loads(push)
    name = aim.chance.choice(sorted(values.keys() & READ))
    digits, deep = b"1" * aim.chance.randint(65, 1_000_000), aim.chance.randint(65, 100_000)
    with_member = [
        json.dumps({name: values[name]})[1:-1].encode(), b'"\\u%04x%b": 1' % (ord(name[0]), name[1:].encode()),
        b'"x": ' + digits, b'"x": 0.' + digits, b'"x": ' + b"[" * deep + b"]" * deep,
        b'"x": ' + b'{"a":' * deep + b"1" + b"}" * deep, b'"x": "\xff\xc0\x80"', b'"x": "\xed\xa0\x80"', b'"x": "\n"',
        b'"x": "\0"', b'"x": "\\q"', b'"x": 01', b'"x": NaN', b"x: 1", b""]
    return aim.signed(aim.chance.choice([
        *(push[:-1] + b", " + member + b"}" for member in with_member), b"", b"null", b"0", b'"push"', b"[" + push + b"]",
        push[:aim.chance.randrange(1, len(push))], push + b"{}", push + b"\0", b"\xef\xbb\xbf" + push,
        push.decode().encode("utf-16"), b'{"a":[' * deep]))


@attack("JSON without the members of a push", MALFORMED)
def lacking(aim):
    at = payload = json.loads(aim.push().body)
    name = aim.chance.choice(sorted(at.keys() & READ))
    within = sorted(at[name].keys() & READ_WITHIN) if isinstance(at[name], dict) else []
    if within and aim.chance.random() < 0.5:
        at, name = at[name], aim.chance.choice(within)
    at[name] = aim.chance.choice([None, 1, True, [1], {"a": "b"}, 1e9])
    return aim.signed(json.dumps(payload).encode())


@attack("JSON with changed bytes, branch not followed", MALFORMED, IGNORED)
def changed(aim):
    body = bytearray(aim.push(ref="refs/heads/decoy").body)
    bytes_ = aim.chance.choice([range(256), range(32, 127), b"0123456789abcdefghijklmnopqrstuvwxyz"])
    for _ in range(aim.chance.randint(1, 8)):
        body[aim.chance.randrange(len(body))] = aim.chance.choice(bytes_)
    return aim.signed(bytes(body))


@attack("a form without exactly one payload", MALFORMED)
def form(aim):
    field = "payload=" + urllib.parse.quote(aim.push().body)
    body = aim.chance.choice([
        f"{field}&{field}", f"{field}&payload=", f"payload={{}}&x=y&{field}", field[8:], "", "payload", f"x={field}",
        f"P{field[1:]}", "payload=%", field + "%", field + "%2", field + "%zz"])
    return aim.signed(body.encode(), type=FORM)


@attack("an unsupported encoding or content type", UNSUPPORTED)
def encoding(aim):
    request = aim.push()
    name, values = aim.chance.choice([
        ("Content-Encoding", ["gzip", "deflate", "br", "x", "gzip identity", "GZIP"]),
        ("Content-Type", ["text/plain", "multipart/form-data; boundary=x", "application/jsonx", "json", "*/*", "\xff", ""])])
    return request.put(name, aim.chance.choice(values))


@attack("a push that concerns no site", IGNORED)
def elsewhere(aim):
    word = aim.text(1, 30, string.ascii_letters)
    return aim.chance.choice([
        aim.push(ref=f"refs/heads/other/{word}"), aim.push(ref=f"refs/tags/{word}"), aim.push(gone=True),
        aim.push(ref=f"refs/heads/{word}/", gone=True), aim.push(repository=f"somebody/{word}"), aim.push(repository=word)])


@attack("another event", IGNORED)
def event(aim):
    return aim.push(event="x" + aim.text(0, 60, string.printable.strip().replace(",", "")))


@attack("a ping", "200 ping", among=lambda sender: sender.ping)
def ping(aim):
    return aim.signed(aim.chance.choice([b"{}", b"", b"[" * 1000, aim.bytes(1, 1000)]), event=aim.sender.ping)


@attack("a push from a forge that the site refuses", IGNORED, shared=True)
def stranger(aim):
    aim.sender = aim.chance.choice([sender for sender in senders.ALL if sender.forge != aim.sender.forge])
    return aim.push()


@attack("malicious branches, tags and repositories", IGNORED)
def names(aim):
    return aim.chance.choice([
        aim.push(ref=f"refs/heads/{evil(aim)}x"), aim.push(ref=f"refs/tags/{evil(aim)}"), aim.push(ref=f"x{evil(aim)}"),
        aim.push(repository=f"x{evil(aim)}"), aim.push(repository=f"{aim.repository}/{evil(aim)}")])


@attack("malicious commits", IGNORED)
def commits(aim):
    return aim.push(commit=aim.chance.choice([evil(aim) + "x", aim.commit[:-1] + "g", aim.commit[:-1], aim.commit + "0"]))


@attack("malicious names in Bitbucket's changes", IGNORED, among=lambda sender: sender.name == "bitbucket")
def changes(aim):
    payload = aim.sender.payload(aim.repository, "refs/heads/decoy", aim.commit)
    for _ in range(aim.chance.randint(1, 20)):
        there = {"type": aim.chance.choice(["branch", "tag", "bookmark", evil(aim)]), "name": evil(aim) + "x",
                 "target": {"hash": aim.chance.choice([aim.commit, evil(aim)])}}
        payload["push"]["changes"].append(aim.chance.choice([{"old": None, "new": there}, {"old": there, "new": None}]))
    return aim.signed(json.dumps(payload).encode())


@attack("delivery ids that no forge sends", MALFORMED)
def ids(aim):
    odd = aim.chance.choice([
        *range(1, 10), 11, 12, *range(14, 33), *b"\"\\,/${}<>%&';|*()[]=+@!#?^`~", *range(127, 256)])
    return aim.push(id=aim.chance.choice([
        f"a{chr(odd)}b", f"{aim.text(1, 60, string.ascii_letters)}{chr(odd)}{aim.text(1, 60, string.digits)}",
        "x" * aim.chance.randint(129, 5000), "\u00f0\u009f\u0094\u0094", "../../x", "\xff\xfe\xc0\x80"]))
