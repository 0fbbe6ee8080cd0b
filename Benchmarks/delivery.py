"""Pushes as GitHub delivers them, signed with the secret of the benchmark, and the answers to them."""

import hashlib
import hmac
import http.client
import json
import os
import pathlib
import uuid

JSON, FORM = "application/json", "application/x-www-form-urlencoded"

secret = os.environ.setdefault("GITHUB_SECRET", "a secret for the bench")
#: The push of all requests: 7 KB, to the branch `docs`, which no site follows.
pushed = pathlib.Path(__file__).with_name("push.json").read_bytes()
template = json.loads(pushed)


def body(push):
    """Returns the body that GitHub would send for `push`."""
    return json.dumps(push, separators=(",", ":")).encode()


def push(repository, branch, commit, before):
    """Returns the body of a push to any repository."""
    named = template["repository"] | {"full_name": repository}
    news = {"ref": f"refs/heads/{branch}", "before": before, "after": commit, "repository": named}
    return body(template | news)


def digest(body, algorithm):
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def headers(body, content_type=JSON):
    """Returns the headers of a delivery with a new id."""
    return {
        "Content-Type": content_type,
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-Hub-Signature": "sha1=" + digest(body, hashlib.sha1),
        "X-Hub-Signature-256": "sha256=" + digest(body, hashlib.sha256),
    }


class Delivery:
    """A signed delivery as bytes, for `web.Client`."""

    def __init__(self, body):
        lines = ["POST /github HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers(body).items()]
        self.request = "\r\n".join([*lines, "", ""]).encode() + body


def connect(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.connect()
    return connection


def deliver(connection, body, headers):
    """Delivers, reads the reply, and returns the status and, from Bellpull, the outcome."""
    connection.request("POST", "/github", body, headers)
    reply = connection.getresponse()
    reply.read()
    return " ".join(filter(None, (str(reply.status), reply.getheader("Bellpull-Outcome"))))
