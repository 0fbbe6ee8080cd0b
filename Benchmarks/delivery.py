"""Pushes as GitHub delivers them, signed with GITHUB_SECRET, and the answers to them."""

import hashlib
import hmac
import http.client
import json
import os
import pathlib
import sys
import uuid

JSON, FORM = "application/json", "application/x-www-form-urlencoded"

secret = os.environ["GITHUB_SECRET"]
template = json.loads(pathlib.Path(__file__).with_name("push.json").read_text())


def body(push):
    """Returns the body that GitHub would send for `push`."""
    return json.dumps(push, separators=(",", ":")).encode()


def headers(body, content_type=JSON):
    """Returns the headers of a delivery with a new id."""
    key = secret.encode()
    return {
        "Content-Type": content_type,
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }


def connect(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    return connection


def deliver(connection, body, headers):
    """Delivers, reads the reply, and returns the status and the outcome."""
    connection.request("POST", "/github", body, headers)
    reply = connection.getresponse()
    reply.read()
    return f"{reply.status} {reply.getheader('Bellpull-Outcome')}"


def expect(fact, otherwise):
    if not fact:
        sys.exit(f"scripts/bench: error: {otherwise}")
