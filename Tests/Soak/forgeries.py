"""Attacks with invalid signatures and tokens. All of them get the same answer."""

import string
import time

from attacks import attack

UNPROVEN = "401 rejected"
#: The characters of one header value. A comma would start a second value.
PLAIN = "".join(chr(byte) for byte in range(0x21, 0x7f)).replace(",", "")
PROOFS = ("X-Hub-Signature-256", "X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature", "X-Gitlab-Token",
          "webhook-signature")


def signing(sender):
    return sender.signs


def named(name):
    return lambda sender: sender.name == name


@attack("a signature missing or empty", UNPROVEN)
def missing(aim):
    # Without a newer signature, Bellpull accepts GitHub's older signature.
    return aim.push().put(aim.sender.proof, *aim.chance.choice([(), ("",)])).put("X-Hub-Signature")


@attack("half a signature of GitLab's", UNPROVEN, among=named("gitlab-signed"))
def half(aim):
    return aim.push().put(aim.chance.choice(["webhook-id", "webhook-timestamp"]), *aim.chance.choice([(), ("",)]))


@attack("a correct signature without any forge's event", UNPROVEN,
        among=lambda sender: sender.name not in ("gitea", "forgejo"))
def unknown_forge(aim):
    # Gitea and Forgejo also send the event and the signature of GitHub.
    request = aim.push().put(aim.sender.event).put("X-GitHub-Event")
    return request.add((aim.chance.choice(["X-Gitee-Event", "X-Event", "X-Onedev-Event"]), aim.text(1, 200, PLAIN)))


@attack("a malformed signature", UNPROVEN)
def odd(aim):
    proof = aim.push().value(aim.sender.proof)
    digest = proof.removeprefix("sha256=").removeprefix("v1,")
    at = aim.chance.randrange(len(digest))
    return aim.push().put(aim.sender.proof, aim.chance.choice([
        proof[:-1 - aim.chance.randrange(8)], digest[:at] + "-" + digest[at + 1:], proof + "00", proof + proof,
        proof[:len(proof) - len(digest)], f"sha512={digest}", f"md5={digest}", f"SHA256={digest}", f"Bearer {digest}",
        f"v2{proof[2:]}", "sha256=" + "0" * aim.chance.randint(0, 7000), aim.text(1, 200, PLAIN),
        aim.text(1, 200, string.hexdigits), proof + aim.bytes(1, 20).translate(None, b"\0\r\n ,").decode("latin-1") + "!",
    ]))


@attack("a signature of another body", UNPROVEN, among=signing)
def other_body(aim):
    body = aim.push().body
    at, bit = aim.chance.randrange(len(body)), 1 << aim.chance.randrange(8)
    return aim.push(signed=aim.chance.choice([
        b"", body + b" ", body[:-1], body[:at] + bytes([body[at] ^ bit]) + body[at + 1:]]))


@attack("a signature with one bit changed", UNPROVEN)
def bit(aim):
    request = aim.push()
    while True:
        digest = bytearray(aim.sender.digest(request.body, aim.secret, request.value(aim.sender.id), _moment(request)))
        digest[aim.chance.randrange(len(digest))] ^= 1 << aim.chance.randrange(8)
        if (proof := aim.sender.written(digest)).isprintable():
            return request.put(aim.sender.proof, proof)


@attack("a signature with another hook's secret or a guess", UNPROVEN)
def other_secret(aim):
    guessed = ["", "x", "secret", aim.secret[:-1], aim.secret.upper(), aim.other_secret]
    if aim.sender.name == "gitlab-signed":
        guessed = [aim.other_secret]
    return aim.push(secret=aim.chance.choice(guessed))


@attack("a right SHA-1 beside a wrong SHA-256", UNPROVEN, among=named("github"))
def older(aim):
    return aim.push().put(aim.sender.proof, aim.chance.choice(["x", "sha256=", f"sha256={aim.bytes(32, 32).hex()}"]))


@attack("a right token beside a wrong signature", UNPROVEN, among=named("gitlab-signed"))
def token(aim):
    return aim.push().put(aim.sender.proof, aim.sender.written(aim.bytes(32, 32))).add(("X-Gitlab-Token", aim.secret))


@attack("a signature of one forge in the header of another", UNPROVEN, among=signing)
def other_forge(aim):
    proof = aim.push().value(aim.sender.proof)
    names = [name for name in PROOFS if name != aim.sender.proof]
    return aim.push().put("X-Hub-Signature").put(aim.sender.proof).put(aim.chance.choice(names), proof)


@attack("a signature of another time", UNPROVEN, among=named("gitlab-signed"))
def other_time(aim):
    distance = aim.chance.choice([aim.chance.randint(320, 4000), aim.chance.randint(4000, 10**9)])
    now = int(time.time())
    return aim.push(moment=aim.chance.choice([
        str(now - distance), str(now + distance), f"+{now}", f"-{now}", f"{now}.0", hex(now), f"{now}000000", "now",
        "9" * aim.chance.randint(10, 40), "0"]))


@attack("a header twice", "400 malformed")
def twice(aim):
    request = aim.push()
    name = aim.chance.choice([aim.sender.proof, aim.sender.event, aim.sender.id, *aim.sender.single])
    first = request.value(name)
    values = [first, aim.chance.choice([first, "", "x"])]
    aim.chance.shuffle(values)
    if name in ("webhook-signature", "X-Gitlab-Token") or aim.chance.random() < 0.7:
        return request.put(name, *values)
    # nginx 1.23 and later join headers of one name like this.
    return request.put(name, ", ".join(values))


def _moment(request):
    return dict(request.headers).get("webhook-timestamp")
