"""Pushes as GitHub delivers them, signed with GITHUB_SECRET, and their answers."""

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
    """What GitHub would send of `push`."""
    return json.dumps(push, separators=(",", ":")).encode()


def headers(body, content_type=JSON):
    """The headers of a delivery that has an id of its own."""
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
    """Status and outcome of one delivery, once its reply is read."""
    connection.request("POST", "/github", body, headers)
    reply = connection.getresponse()
    reply.read()
    return f"{reply.status} {reply.getheader('Bellpull-Outcome')}"


def expect(fact, otherwise):
    if not fact:
        sys.exit(f"scripts/bench: error: {otherwise}")
