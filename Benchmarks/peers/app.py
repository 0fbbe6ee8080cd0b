"""The Flask application of the well-known tutorial: verifies X-Hub-Signature and pulls with GitPython."""

import hashlib
import hmac
import json

import git
from flask import Flask, abort, request

app = Flask(__name__)
SECRET = "@SECRET@"
SITE = "@SITE@"


def is_valid_signature(x_hub_signature, data, private_key):
    hash_algorithm, github_signature = x_hub_signature.split("=", 1)
    algorithm = hashlib.__dict__.get(hash_algorithm)
    encoded_key = bytes(private_key, "latin-1")
    mac = hmac.new(encoded_key, msg=data, digestmod=algorithm)
    return hmac.compare_digest(mac.hexdigest(), github_signature)


@app.route("/update_server", methods=["POST"])
def webhook():
    event = request.headers.get("X-GitHub-Event")
    if event == "ping":
        return json.dumps({"msg": "Hi!"})
    if event != "push":
        return json.dumps({"msg": "Wrong event type"})

    x_hub_signature = request.headers.get("X-Hub-Signature")
    if not is_valid_signature(x_hub_signature, request.data, SECRET):
        abort(418)

    payload = request.get_json()
    if payload is None:
        abort(418)
    if payload["ref"] != "refs/heads/main":
        return json.dumps({"msg": "Not main; ignoring"})

    repo = git.Repo(SITE)
    origin = repo.remotes.origin
    pull_info = origin.pull()
    if len(pull_info) == 0:
        return json.dumps({"msg": "Didn't pull any information from remote!"})
    if pull_info[0].flags > 128:
        return json.dumps({"msg": "Didn't pull any information from remote!"})
    return f"Updated to {pull_info[0].commit.hexsha}"
