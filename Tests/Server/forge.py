"""The forge of the machine: sshd, a user git with the repository alice/blog, its author, and signed deliveries."""

import hashlib
import hmac
import json

SETUP = """
set -e
useradd --create-home --shell /usr/bin/git-shell git
runuser -u git -- git init --quiet --bare --initial-branch=main ~git/alice/blog.git
install -d -o git -g git -m 700 ~git/.ssh
ssh-keygen -q -t ed25519 -N '' -f /root/author_key
install -o git -g git -m 600 /root/author_key.pub ~git/.ssh/authorized_keys
echo '127.0.0.1 github.com forge.example moved.example' >> /etc/hosts
# OpenSSH 9.8 refuses an address after some failures, and here all failures come from one address.
echo 'PerSourcePenalties no' > /etc/ssh/sshd_config.d/test.conf
sshd -t 2> /dev/null || rm /etc/ssh/sshd_config.d/test.conf
systemctl restart ssh
git config --global user.name Alice
git config --global user.email alice@example.org
git config --global init.defaultBranch main
git config --global core.sshCommand 'ssh -i /root/author_key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR'
git clone --quiet git@github.com:alice/blog.git /root/author 2>/dev/null
cd /root/author
echo '<h1>one</h1>' > index.html
git add . && git commit --quiet --message one && git push --quiet origin HEAD:main
"""

#: What the administrator does on the forge's page for deploy keys.
ADD_KEY = "cat /var/lib/bellpull/.ssh/id_ed25519.pub >> ~git/.ssh/authorized_keys"


class Forge:
    def __init__(self, machine):
        self.machine = machine

    def set_up(self):
        self.machine.must(SETUP)

    def push(self, text, page="index.html"):
        """Pushes a changed page, and returns the commits before and after."""
        before = self.machine.must("git -C /root/author rev-parse HEAD").strip()
        self.machine.must(
            f"cd /root/author && printf '%s\\n' '{text}' > {page} && git add --all && "
            f"git commit --quiet --message '{text}' && git push --quiet origin HEAD:main")
        return before, self.machine.must("git -C /root/author rev-parse HEAD").strip()

    def deliver(self, event, body, url="http://127.0.0.1/github", host="YOUR.SITE", secret_file="/etc/bellpull/secret"):
        """Sends a signed delivery, and returns the status and the headers of the answer as text."""
        secret = self.machine.must(f"head -n 1 {secret_file}").rstrip("\n")
        text = json.dumps(body)
        digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        (self.machine.root / "root/body").write_text(text)
        return self.machine.must(
            f"curl -sS -i --max-time 30 -H 'Host: {host}' -H 'X-GitHub-Event: {event}' "
            f"-H 'X-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958' -H 'Content-Type: application/json' "
            f"-H 'X-Hub-Signature-256: sha256={digest}' --data-binary @/root/body {url}")

    def announce(self, before, after, ref="refs/heads/main"):
        return self.deliver("push", {
            "ref": ref, "before": before, "after": after, "deleted": False, "created": False,
            "repository": {"full_name": "alice/blog"}})
