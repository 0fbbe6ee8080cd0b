"""Pushes as each forge sends and signs them."""

import base64
import hashlib
import hmac
import json
import time
import uuid

from raw import Request

ZEROS = "0" * 40
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MAIN = "refs/heads/main"


class Sender:
    """A forge with one of its kinds of signature or token."""

    name = forge = "github"
    event, push, ping = "X-GitHub-Event", "push", "ping"
    id = "X-GitHub-Delivery"
    #: The header with the signature, and all other headers that must have a single value.
    proof, single = "X-Hub-Signature-256", ("X-Hub-Signature",)
    #: Whether the signature depends on the body.
    signs = True

    def payload(self, repository, ref, commit, gone=False):
        return {"ref": ref, "before": ZEROS, "after": ZEROS if gone else commit, "deleted": gone,
                "repository": {"full_name": repository, "id": 186853002}, "commits": [{"id": commit, "ref": "other"}]}

    def digest(self, body, secret, id, moment):
        """Returns the bytes of the signature or token."""
        return hmac.digest(secret.encode(), body, hashlib.sha256)

    def written(self, digest):
        """Returns the value of the header with the signature or token."""
        return f"sha256={digest.hex()}"

    def besides(self, digest, body, secret, id, moment):
        """Returns the further headers of the delivery."""
        return [("X-Hub-Signature", f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}")]

    def request(self, chance, body, secret, event=None, type=JSON, id=None, signed=None, moment=None):
        """Returns a delivery of `body`, with the signature of `signed` if given."""
        id = str(uuid.UUID(int=chance.getrandbits(128))) if id is None else id
        moment = str(int(time.time())) if moment is None else moment
        signed = body if signed is None else signed
        digest = self.digest(signed, secret, id, moment)
        event = self.push if event is None else event
        request = Request([("Content-Type", type), (self.event, event), (self.id, id)], body)
        return request.add((self.proof, self.written(digest)), *self.besides(digest, signed, secret, id, moment))

    def body(self, *push, **more):
        return json.dumps(self.payload(*push, **more), sort_keys=True).encode()


class Gitea(Sender):
    name = forge = "gitea"
    event, id, ping = "X-Gitea-Event", "X-Gitea-Delivery", None
    proof, single = "X-Gitea-Signature", ()

    def written(self, digest):
        return digest.hex()

    def besides(self, digest, body, secret, id, moment):
        return [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", id), ("X-Hub-Signature-256", f"sha256={digest.hex()}"),
                *super().besides(digest, body, secret, id, moment)]


class Forgejo(Gitea):
    name = forge = "forgejo"
    event, id, proof = "X-Forgejo-Event", "X-Forgejo-Delivery", "X-Forgejo-Signature"

    def besides(self, digest, body, secret, id, moment):
        return [("X-Gitea-Event", "push"), ("X-Gitea-Delivery", id), ("X-Gitea-Signature", digest.hex()),
                *super().besides(digest, body, secret, id, moment)]


class Gogs(Gitea):
    name = forge = "gogs"
    event, id, proof = "X-Gogs-Event", "X-Gogs-Delivery", "X-Gogs-Signature"

    def besides(self, digest, body, secret, id, moment):
        return [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", id)]


class GitLab(Sender):
    name = forge = "gitlab"
    event, push, ping = "X-Gitlab-Event", "Push Hook", None
    id, proof, single = "Idempotency-Key", "X-Gitlab-Token", ()
    signs = False

    def payload(self, repository, ref, commit, gone=False):
        return {"object_kind": "push", "ref": ref, "after": ZEROS if gone else commit, "checkout_sha": commit,
                "project": {"path_with_namespace": repository, "id": 15}, "commits": [{"id": commit}]}

    def digest(self, body, secret, id, moment):
        return secret.encode()

    def written(self, digest):
        return digest.decode("latin-1")

    def besides(self, *_):
        return []


class SigningGitLab(GitLab):
    """GitLab with signing tokens (Standard Webhooks 1.0.0)."""

    name = "gitlab-signed"
    id, proof, single = "webhook-id", "webhook-signature", ("webhook-timestamp",)
    signs = True

    def digest(self, body, secret, id, moment):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        return hmac.digest(key, f"{id}.{moment}.".encode("latin-1") + body, hashlib.sha256)

    def written(self, digest):
        return f"v1,{base64.b64encode(digest).decode()}"

    def besides(self, digest, body, secret, id, moment):
        return [("webhook-timestamp", moment), ("Idempotency-Key", id)]


class Bitbucket(Sender):
    name = forge = "bitbucket"
    event, push, ping = "X-Event-Key", "repo:push", None
    id, proof, single = "X-Request-UUID", "X-Hub-Signature", ()

    def payload(self, repository, ref, commit, gone=False):
        kind, _, name = ref.removeprefix("refs/").partition("/")
        there = {"type": "tag" if kind == "tags" else "branch", "name": name or kind, "target": {"hash": commit}}
        change = {"old": there, "new": None} if gone else {"old": None, "new": there}
        return {"repository": {"full_name": repository}, "push": {"changes": [change]}}

    def besides(self, *_):
        return []


class BitbucketServer(Bitbucket):
    """Bitbucket Data Center."""

    name = forge = "bitbucket-server"
    push, ping, id = "repo:refs_changed", "diagnostics:ping", "X-Request-Id"

    def payload(self, repository, ref, commit, gone=False):
        project, _, slug = repository.rpartition("/")
        change = {"ref": {"id": ref}, "fromHash": commit, "toHash": ZEROS if gone else commit,
                  "type": "DELETE" if gone else "UPDATE"}
        return {"repository": {"slug": slug, "project": {"key": project}}, "changes": [change]}


ALL = (Sender(), Gitea(), Forgejo(), Gogs(), GitLab(), SigningGitLab(), Bitbucket(), BitbucketServer())
