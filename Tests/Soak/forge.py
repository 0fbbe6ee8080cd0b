"""Signed deliveries as GitHub sends them."""

import hashlib
import hmac
import itertools
import pathlib
import secrets
import uuid

#: A secret in the form of GitLab's signing token, which works for all other kinds of signature too.
SECRET = "whsec_YSBzZWNyZXQgZm9yIHRoZSBzb2Fr"
_PUSH = (pathlib.Path(__file__).parents[2] / "Benchmarks/push.json").read_bytes()
_WORDS = {
    "ref": b"refs/heads/docs",
    "before": b"6113728f27ae82c7b1a177c8d03f9e96e0adf246",
    "after": b"5f1d0c8a3b0e64d2a9bb7c55e1f20d3c9a7e4416",
    "repository": b'"full_name":"alice/blog"',
}
_count = itertools.count()
_run = secrets.token_hex(12)


class Delivery:
    """A delivery: the body, and the complete HTTP request as bytes."""

    __slots__ = ("body", "request")

    def __init__(self, body):
        self.body = body
        self.request = self._request()

    def again(self):
        """Returns the same body with another delivery id."""
        return Delivery(self.body)

    @property
    def digest(self):
        return hashlib.sha256(self.body).digest()

    def _request(self):
        signature = hmac.new(SECRET.encode(), self.body, hashlib.sha256).hexdigest()
        head = (
            "POST /github HTTP/1.1\r\n"
            "Host: localhost\r\n"
            "Content-Type: application/json\r\n"
            "User-Agent: GitHub-Hookshot/044aadd\r\n"
            "X-GitHub-Event: push\r\n"
            f"X-GitHub-Delivery: {uuid.uuid4()}\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


def push(repository, commit, branch="main"):
    """Returns a push of `commit` to `branch` of `repository`. No two bodies are equal: each has another `before`."""
    body = _PUSH.replace(_WORDS["before"], f"{_run}{next(_count):016x}".encode())
    body = body.replace(_WORDS["after"], commit.encode())
    body = body.replace(_WORDS["ref"], f"refs/heads/{branch}".encode())
    return Delivery(body.replace(_WORDS["repository"], f'"full_name":"{repository}"'.encode()))
