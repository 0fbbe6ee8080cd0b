"""Things that break on a server. After each, `bellpull check` names the fault, and its remedy works."""

import dataclasses
import json
import re


@dataclasses.dataclass
class Fault:
    #: What is broken, for the report.
    name: str
    #: The commands that break it.
    breaking: str
    #: A pattern in the message of an error or a warning.
    message: str
    #: What a person does; `None` to paste the hint as it is.
    repair: str | None = None
    #: Words that the hint must contain if a person has to act on it.
    hint: str = ""
    #: The severity that `check` must give.
    severity: str = "error"


SITE = "/etc/bellpull/sites/blog.toml"
#: Runs git as the owner of the clone.
GIT = "runuser -u bellpull -- git -C /srv/blog"

FAULTS = [
    Fault("nginx is stopped", "systemctl stop nginx", r"nginx"),
    Fault("the service and its socket are stopped", "systemctl stop bellpull.socket bellpull", r"socket|bellpull"),
    Fault("the socket is removed", "rm /run/bellpull/bellpull.sock", r"bellpull\.sock"),
    Fault(
        "the service cannot start", "cp -a /etc/bellpull/bellpull.toml /root/kept; echo 'timeout = \"soon\"' >> "
        "/etc/bellpull/bellpull.toml; systemctl restart bellpull; true", r"timeout",
        repair="cp -a /root/kept /etc/bellpull/bellpull.toml && systemctl restart bellpull.socket bellpull"),
    Fault(
        "the service has failed", "cp -a /etc/bellpull/bellpull.toml /root/kept; echo 'timeout = \"soon\"' >> "
        "/etc/bellpull/bellpull.toml; systemctl restart bellpull; cp -a /root/kept /etc/bellpull/bellpull.toml",
        r"bellpull\.service|bellpull.socket"),
    Fault(
        "no site of nginx includes the hook", "sed -i '/bellpull.conf/d' /etc/nginx/sites-available/blog; "
        "systemctl reload nginx", r"no location passes requests"),
    Fault(
        "the unit may not write to the clone", "mkdir -p /etc/systemd/system/bellpull.service.d; printf '[Service]\\n"
        "ReadWritePaths=\\nReadWritePaths=/var/lib/bellpull\\n' > /etc/systemd/system/bellpull.service.d/0.conf; "
        "systemctl daemon-reload; systemctl restart bellpull", r"does not let bellpull write"),
    Fault(
        "the unit was corrected, but not restarted", "rm -r /etc/systemd/system/bellpull.service.d; "
        "mkdir -p /etc/systemd/system/bellpull.service.d; printf '[Service]\\n"
        "ReadWritePaths=\\nReadWritePaths=/var/lib/bellpull\\n' > /etc/systemd/system/bellpull.service.d/0.conf; "
        "systemctl daemon-reload; systemctl restart bellpull; rm -r /etc/systemd/system/bellpull.service.d",
        r"does not let bellpull write"),
    Fault(
        "the drain is longer than the unit waits", "cp -a /etc/bellpull/bellpull.toml /root/kept; "
        "sed -i '1i drain = \"60s\"' /etc/bellpull/bellpull.toml", r"drain", severity="warning",
        repair="cp -a /root/kept /etc/bellpull/bellpull.toml"),
    Fault(
        "the clone is of another repository", f"{GIT} remote set-url origin git@github.com:alice/shop.git",
        r"alice/shop", hint="set-url", repair=f"{GIT} remote set-url origin git@github.com:alice/blog.git"),
    Fault(
        "bellpull cannot read the secret", "chown root:root /etc/bellpull/secret; chmod 600 /etc/bellpull/secret",
        r"secret"),
    Fault("root owns the clone", "chown -R root:root /srv/blog", r"/srv/blog"),
    Fault("root pulled", "git config --global --add safe.directory /srv/blog; "
          "GIT_SSH_COMMAND='ssh -i /root/author_key -o StrictHostKeyChecking=no' git -C /srv/blog fetch --quiet; "
          "touch /srv/blog/.git/FETCH_HEAD; chown root:root /srv/blog/.git/FETCH_HEAD; "
          "git config --global --unset safe.directory", r"FETCH_HEAD|writable"),
    Fault("somebody edited a page", "echo edited >> /srv/blog/index.html", r"local changes"),
    Fault("the host key has changed",
          "rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; systemctl restart ssh", r"CHANGED", hint="-R github.com",
          repair="runuser -u bellpull -- ssh-keygen -R github.com && "
          "runuser -u bellpull -- sh -c 'ssh-keyscan github.com >> ~/.ssh/known_hosts'"),
    Fault("the host key is unknown", "rm /var/lib/bellpull/.ssh/known_hosts", r"host key"),
    Fault("the deploy key was removed", "cp -a ~git/.ssh/authorized_keys /root/kept; "
          "sed -i '/bellpull/d' ~git/.ssh/authorized_keys", r"refuses the ssh key", hint="deploy keys",
          repair="cp -a /root/kept ~git/.ssh/authorized_keys"),
    Fault("the key can be read by others", "chmod 644 /var/lib/bellpull/.ssh/id_ed25519", r"key"),
    Fault("the forge refuses connections", "systemctl stop ssh", r"refused|reach", hint="",
          repair="systemctl start ssh"),
    Fault("the forge's name is unknown", "sed -i.kept '/github.com/d' /etc/hosts", r"name|reach",
          repair="cp /etc/hosts.kept /etc/hosts"),
    Fault("the repository is gone", "mv ~git/alice/blog.git ~git/alice/old.git", r"repository",
          repair="mv ~git/alice/old.git ~git/alice/blog.git"),
    Fault("the branch was renamed", "cd /root/author; git push --quiet origin HEAD:refs/heads/trunk; "
          "runuser -u git -- git -C ~git/alice/blog.git symbolic-ref HEAD refs/heads/trunk; "
          "git push --quiet origin :main", r"main", hint="trunk",
          repair="cd /root/author; git push --quiet origin HEAD:main; "
          "runuser -u git -- git -C ~git/alice/blog.git symbolic-ref HEAD refs/heads/main; "
          "git push --quiet origin :trunk"),
    Fault("a rebase was left", f"{GIT} checkout --quiet --detach", r"not on a branch"),
    Fault("root owns the ledger", "chown root:root /var/lib/bellpull/ledger.sqlite*", r"ledger"),
    Fault("the index is damaged", "echo damaged > /srv/blog/.git/index", r"index"),
    Fault("a site's file has another ending", f"cp {SITE} /etc/bellpull/sites/shop.conf", r"shop\.conf",
          severity="warning", repair="rm /etc/bellpull/sites/shop.conf"),
    Fault("the secret has quotation marks", "cp -a /etc/bellpull/secret /root/kept; "
          "sed -i 's/.*/\"&\"/' /etc/bellpull/secret", r"quot", severity="warning",
          repair="cp -a /root/kept /etc/bellpull/secret"),
    Fault("a key is misspelt", f"cp -a {SITE} /root/kept; sed -i 's/^branch/brnach/' {SITE}", r"brnach",
          hint="branch", repair=f"cp -a /root/kept {SITE}"),
    Fault("the clone is gone", "mv /srv/blog /srv/away", r"/srv/blog", repair="mv /srv/away /srv/blog"),
]


def check(machine):
    """Runs `bellpull check`. Returns its exit status and its results."""
    result = machine.run("bellpull check --json", timeout=180)
    try:
        return result.returncode, json.loads(result.stdout)
    except json.JSONDecodeError:
        return result.returncode, [{"severity": "error", "subject": "check", "message": result.stdout, "hint": ""}]


def problems(results):
    return [result for result in results if result["severity"] != "ok"]


def run(machine, github):
    """Breaks and repairs one thing after the other. Returns how many faults were not found or not remedied."""
    known = {result["message"] for result in problems(check(machine)[1])}
    failed = 0
    for fault in FAULTS:
        verdict = attempt(machine, fault, known)
        failed += bool(verdict)
        print(f"  {'FAILED' if verdict else 'ok':8}{fault.name}" + (f": {verdict}" if verdict else ""))
        if verdict:
            repair_all(machine, fault)
    answer = github.announce(*github.push("the end"))
    if "Bellpull-Outcome: deployed" not in answer:
        print(f"  FAILED  the last push was not deployed: {answer}")
        failed += 1
    print(f"  {len(FAULTS)} faults, {failed} not found or not remedied")
    return failed


def attempt(machine, fault, known):
    """Returns what went wrong, or nothing."""
    machine.run(fault.breaking)
    status, results = check(machine)
    found = [result for result in problems(results)
             if result["message"] not in known and re.search(fault.message, result["message"])]
    severe = [result for result in found if result["severity"] == fault.severity]
    if not severe:
        said = "; ".join(result["message"] for result in problems(results) if result["message"] not in known)
        return f"check does not say so: {said or 'nothing'}"
    if status != (1 if fault.severity == "error" else 0):
        return f"check exits with {status}"
    hint = severe[0].get("hint") or ""
    print(f"          {severe[0]['message']}\n          hint: {hint}")
    if fault.hint not in hint:
        return f"the hint does not say {fault.hint}"
    repair = fault.repair or hint
    result = machine.run(repair)
    status, results = check(machine)
    left = [result["message"] for result in problems(results) if result["message"] not in known]
    if status != 0 or left:
        return f"after the remedy, check exits with {status}: {'; '.join(left)}; the remedy printed: {result.stdout}"
    return ""


def repair_all(machine, fault):
    """Brings the machine back to a state from which the next fault can be tested."""
    if fault.repair:
        machine.run(fault.repair)
    machine.run(
        "chown -R bellpull:bellpull /srv/blog /var/lib/bellpull; chmod 600 /var/lib/bellpull/.ssh/id_ed25519; "
        "chown root:bellpull /etc/bellpull/secret; chmod 640 /etc/bellpull/secret; "
        "rm -rf /etc/systemd/system/bellpull.service.d; systemctl daemon-reload; systemctl start ssh; "
        f"rm -f /srv/blog/.git/index; {GIT} reset --hard --quiet; {GIT} switch --quiet main; "
        "runuser -u bellpull -- sh -c 'ssh-keyscan github.com > ~/.ssh/known_hosts' 2>/dev/null; "
        "systemctl reset-failed; systemctl stop bellpull.socket bellpull; systemctl start bellpull.socket bellpull; "
        "systemctl start nginx")
