"""Sites that `bellpull add` adds and `bellpull remove` removes, under the shipped units and with a real sshd."""

import re
import subprocess
import threading

import stage

URL = "git@forge.example:alice/cafe.git"
#: Where the site and its parts are.
PLACES = "/etc/bellpull/sites/cafe.toml /etc/bellpull/cafe.secret /var/lib/bellpull/keys/forge.example+alice+cafe"


def run(machine, github):
    """Adds and removes sites. Returns how many promises were broken."""
    report = stage.Report(machine)
    expect, show = report.expect, lambda command: shown(machine, command)
    machine.must("""
        set -e
        runuser -u git -- git init --quiet --bare --initial-branch=main ~git/alice/cafe.git
        git clone --quiet git@github.com:alice/cafe.git /root/cafe 2> /dev/null
        cd /root/cafe && echo one > index.html && git add . && git commit --quiet --message one && git push --quiet origin HEAD:main
        cp -a ~git/.ssh/authorized_keys /root/keys.kept
        # The key of the README's site would open this repository too: on this machine there is one user for all.
        install -o git -g git -m 600 /root/author_key.pub ~git/.ssh/authorized_keys""")

    status, output = show(f"runuser -u nobody -- bellpull add {URL}")
    expect(status == 1 and "hint: sudo bellpull add" in output, "another user is told to use sudo")

    status, output = show(f"bellpull add {URL}")
    printed = re.search(r"--host-key (SHA256:\S+)", output)
    actual = machine.must("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split()[1]
    expect(status == 1 and printed and printed[1] == actual, "an unknown host is not trusted, and its fingerprint is shown")
    expect(machine.run(f"ls -d /srv/cafe {PLACES}").stdout.count("No such file") == 4, "nothing was added")

    status, output = show(f"bellpull add {URL} --host-key {actual}")
    key = re.search(r"^  (ssh-ed25519 \S+ \S+)$", output, flags=re.MULTILINE)
    expect(status == 1 and key, "a private repository gets a deploy key")
    machine.must(f"echo '{key[1]}' >> ~git/.ssh/authorized_keys")
    waiting = Background(machine, f"bellpull add {URL} --url http://YOUR.SITE --wait --within 60s")
    machine.must("for i in $(seq 300); do [ -e /etc/bellpull/sites/cafe.toml ] && exit 0; sleep 0.1; done; exit 1")
    machine.must("sleep 1")
    answer = github.deliver(
        "ping", {"zen": "x", "hook_id": 1}, url="http://127.0.0.1/github/cafe", secret_file="/etc/bellpull/cafe.secret")
    expect("Bellpull-Outcome: ping" in answer, "the ping is answered")
    status, output = waiting.end()
    print("".join(f"             {line}\n" for line in output.splitlines()), end="")
    expect(status == 0 and "the first delivery has arrived: ping" in output, "add --wait ends with the ping")
    modes = machine.must(f"stat -c '%U:%G %a' /srv/cafe/index.html {PLACES}").splitlines()
    expect(
        modes == ["bellpull:bellpull 644", "root:root 644", "root:bellpull 640", "bellpull:bellpull 600"],
        "each file belongs to whom it must", ", ".join(modes))
    status, output = show("bellpull check cafe")
    expect(status == 0, "check finds nothing wrong")

    before = machine.must("git -C /root/cafe rev-parse HEAD").strip()
    machine.must("cd /root/cafe && echo two > index.html && git commit --quiet --all --message two && git push --quiet origin HEAD:main")
    after = machine.must("git -C /root/cafe rev-parse HEAD").strip()
    answer = github.deliver(
        "push", {"ref": "refs/heads/main", "before": before, "after": after, "repository": {"full_name": "alice/cafe"}},
        url="http://127.0.0.1/github/cafe", secret_file="/etc/bellpull/cafe.secret")
    expect("Bellpull-Outcome: deployed" in answer and machine.must("cat /srv/cafe/index.html") == "two\n",
           "the service deploys a push with the deploy key")

    status, output = show(f"bellpull add {URL} --name cafe-next --strategy release")
    expect(status == 0 and machine.must("cat /srv/cafe-next/current/index.html") == "two\n", "a site with releases is live at once")

    status, output = show(f"bellpull add {URL} --name outside --path /var/www/outside")
    hint = re.search(r"^bellpull: hint: (.*ReadWritePaths.*)$", output, flags=re.MULTILINE)
    expect(status == 1 and hint, "a folder outside of the sandbox is refused, with the drop-in")
    machine.must(hint[1])
    status, output = show(f"bellpull add {URL} --name outside --path /var/www/outside")
    expect(status == 0, "the drop-in helps")

    for name in ["cafe-next", "outside", "cafe"]:
        status, output = show(f"bellpull remove {name} --files")
        expect(status == 0, f"{name} is removed")
    left = machine.run(f"ls -d /srv/cafe* /var/www/outside {PLACES}; ls -A /etc/bellpull/sites | grep '^\\.'").stdout
    expect(left.count("No such file") == 5, "nothing is left", left if left.count("No such file") != 5 else "")
    expect(machine.run("systemctl restart bellpull").returncode == 0, "the service starts with a drop-in for a folder that is gone")
    machine.must("cp -a /root/keys.kept ~git/.ssh/authorized_keys; rm -r /etc/systemd/system/bellpull.service.d; "
                 "systemctl daemon-reload; systemctl restart bellpull")
    return report.failed


def shown(machine, command):
    """Runs a command as a person does, and prints it with its output. Returns its exit status and its output."""
    result = machine.run(command)
    print(f"    # {command}\n" + "".join(f"             {line}\n" for line in result.stdout.splitlines()), end="")
    return result.returncode, result.stdout


class Background:
    """A command that runs while the test goes on."""

    def __init__(self, machine, command):
        self.result = subprocess.CompletedProcess(command, 1, "")
        self.thread = threading.Thread(target=self.work, args=(machine, command))
        self.thread.start()

    def work(self, machine, command):
        self.result = machine.run(command)

    def end(self):
        self.thread.join()
        return self.result.returncode, self.result.stdout
