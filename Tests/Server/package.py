"""The Debian package on a booted Debian with nginx: installed, upgraded under load, removed, installed again and purged."""

import re
import time

import forge
import readme
from restarts import Load
from stage import Report, Site, check

#: The later sites share a hook and a key, and are at a forge that plays github.com.
SHARED = r"""
set -e
install -m 640 -g bellpull /dev/null /etc/bellpull/secret
openssl rand -hex 20 > /etc/bellpull/secret
sed -i 's|^#\(secret_file = "/etc/bellpull/secret"\)|\1|' /etc/bellpull/bellpull.toml
sed -i '/^secret_file/d' /etc/bellpull/sites/blog.toml
runuser -u bellpull -- ssh-keygen -q -t ed25519 -N "" -f /var/lib/bellpull/.ssh/id_ed25519
runuser -u bellpull -- sh -c 'ssh-keyscan github.com >> ~/.ssh/known_hosts' 2> /dev/null
%s
bellpull reload
""" % forge.ADD_KEY

UNITS = "bellpull.service bellpull.socket bellpull-step.socket"


def run(machine, packages):
    """Lives through the package's whole life. Returns how many promises were broken."""
    report = Report(machine)
    for number, package in enumerate(packages):
        machine.put(package, f"/root/{number}.deb")
    github = forge.Forge(machine)
    github.set_up()
    begin = time.monotonic()
    install(machine, report)
    first_push(machine, report, github)
    print(f"    {time.monotonic() - begin:5.1f} s  in all, from the package to the first push")
    made = steps(machine, report, github)
    upgrade(machine, report, made)
    refused_upgrade(machine, report, github, made)
    remove(machine, report)
    reinstall(machine, report, github)
    purge(machine, report)
    without_nginx(machine, report)
    return report.failed


def apt(machine, what):
    """Runs apt-get without network. Returns the output, which a person would see."""
    return machine.must(f"DEBIAN_FRONTEND=noninteractive apt-get -qq --yes --allow-downgrades {what} 2>&1")


def pid(machine):
    return machine.must("systemctl show --property MainPID --value bellpull").strip()


def facts(machine, script):
    return machine.run(script).stdout.split("\n")[:-1]


def install(machine, report):
    start = time.monotonic()
    output = apt(machine, "install /root/0.deb")
    report.expect("warning" not in output, "the package is installed without a warning",
                  f"{time.monotonic() - start:.1f} s")
    states = facts(machine, f"systemctl is-active {UNITS}; systemctl is-enabled {UNITS}")
    report.expect(states == ["active"] * 3 + ["enabled"] * 3, "  the service and both sockets run, also after a reboot", states)
    modes = facts(machine, "stat -c '%n %U:%G %a' /var/lib/bellpull /etc/bellpull /etc/bellpull/sites "
                  "/etc/bellpull/bellpull.toml /usr/bin/bellpull /run/bellpull/bellpull.sock /run/bellpull/step.sock")
    report.expect(modes == [
        "/var/lib/bellpull bellpull:bellpull 700", "/etc/bellpull root:root 755", "/etc/bellpull/sites root:root 755",
        "/etc/bellpull/bellpull.toml root:root 644", "/usr/bin/bellpull root:root 755",
        "/run/bellpull/bellpull.sock www-data:www-data 600", "/run/bellpull/step.sock bellpull:bellpull 600",
    ], "  its files have the right owners and modes", modes)
    users = facts(machine, "getent passwd bellpull bellpull-step | cut -d : -f 1,6,7")
    report.expect(users == ["bellpull:/var/lib/bellpull:/usr/sbin/nologin", "bellpull-step:/nonexistent:/usr/sbin/nologin"],
                  "  the two users exist", users)
    versions = set(facts(machine, "bellpull --version; dpkg-query --show --showformat='${Version}\\n' bellpull"))
    report.expect(len(versions) == 1, "  the program has the package's version", versions)
    status = machine.must("systemctl show --property StatusText --value bellpull").strip()
    report.expect(status.startswith("0 sites"), "  the service says that there is no site", status)
    mistakes = machine.run("bellpull check --configuration-only")
    report.expect(mistakes.returncode == 0, "  and the configuration has no mistake", mistakes.stdout.splitlines()[0])
    missing = facts(machine, "for file in /etc/nginx/snippets/bellpull.conf /etc/nginx/conf.d/bellpull-log.conf "
                    "/usr/share/bash-completion/completions/bellpull; do test -s $file || echo $file; done; nginx -t 2>&1")
    report.expect(all(line.startswith("nginx: ") for line in missing), "  nginx accepts its files", missing)
    score = machine.must("systemd-analyze security --no-pager bellpull | tail -n 1").split()
    exposure = float(next(word for word in score if word.replace(".", "").isdigit()))
    report.expect(exposure <= 2.0, "  systemd-analyze security is at 2.0 or better", exposure)
    memory(machine, report)


def memory(machine, report):
    """Measures the idle service. A page of a file counts as resident, but only anonymous pages are the service's own."""
    time.sleep(3)
    lines = machine.must(f"cat /proc/{pid(machine)}/smaps_rollup").splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1000 * 1.024 for line in lines}
    # 3 MB is the goal; a first start that has made the ledger needs up to 4.1 MB on Debian 13.
    report.expect(sizes["Anonymous"] <= 5 and sizes["Rss"] <= 25, "  the idle service needs at most 5 MB of its own, and 25 MB in all",
                  f"{sizes['Anonymous']:.1f} MB and {sizes['Rss']:.1f} MB")


def first_push(machine, report, github):
    """Follows the README from the installed package to the first push."""
    commands = [line for _, text in readme.package_steps() for line in text.splitlines()]
    report.expect(len(commands) <= 6 and commands[0].startswith("apt-get install"), "the README needs at most 6 commands", len(commands))
    for command in commands[1:]:
        if command.startswith("bellpull add"):
            add(machine, report, command)
        else:
            machine.must(command)
    machine.must("sleep 1    # until the old workers of nginx have gone")
    hook = {"url": "http://127.0.0.1/github/blog", "secret_file": "/etc/bellpull/blog.secret"}
    answer = github.deliver("ping", {"zen": "x", "hook_id": 1, "repository": {"full_name": "alice/blog"}}, **hook)
    report.expect("Bellpull-Outcome: ping" in answer, "after the README's commands the forge's ping is answered", answer.splitlines()[0])
    before, after = github.push("two")
    answer = github.deliver("push", {
        "ref": "refs/heads/main", "before": before, "after": after, "repository": {"full_name": "alice/blog"}}, **hook)
    report.expect("Bellpull-Outcome: deployed" in answer and page(machine) == "two\n", "  and the first push is live")
    status, problems = check(machine)
    report.expect(status == 0, "  check finds no error", [entry["message"] for entry in problems])


def add(machine, report, command):
    """Runs the README's command for a private repository at a forge whose host key nobody knows yet."""
    actual = machine.must("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split()[1]
    command = command.replace("alice/blog", "git@forge.example:alice/blog.git", 1).replace("https://blog.example.com", "http://YOUR.SITE")
    assert command.endswith("--url http://YOUR.SITE"), command
    key = machine.run(f"{command} --host-key {actual}")
    public = re.search(r"^  (ssh-ed25519 \S+ \S+)$", key.stdout, flags=re.MULTILINE)
    report.expect(key.returncode == 1 and public, "bellpull add prints a deploy key for a private repository", key.stdout)
    machine.must(f"echo '{public[1]}' >> ~git/.ssh/authorized_keys")
    added = machine.run(f"{command} --host-key {actual}")
    report.expect(added.returncode == 0, "  and adds the site when the forge has the key")
    print("".join(f"             {line}\n" for line in added.stdout.splitlines()), end="")


def page(machine):
    return machine.run("curl -sS -H 'Host: YOUR.SITE' http://127.0.0.1/").stdout


def steps(machine, report, github):
    machine.must(SHARED)
    made = Site(machine, github, "made", 'build = "id -un > who; sleep $(cat delay)"\n', {"delay": "0"})
    made.deploy({"delay": "0", "page": "1"})
    who = machine.run("cat /srv/made/current/who").stdout.strip()
    report.expect(who == "bellpull-step", "a build runs as the package's second user", who)
    return made


def upgrade(machine, report, made):
    """Upgrades under load, and in the middle of a build."""
    before, socket = pid(machine), machine.must("stat -c %i /run/bellpull/bellpull.sock")
    last = made.last()["id"]
    with Load(machine) as load:
        announced = made.push({"delay": "15", "page": "2"})
        outcome = made.announce(*announced)
        output = apt(machine, "install /root/1.deb")
        time.sleep(2)
    report.expect("warning" not in output and pid(machine) != before, "an upgrade restarts the service")
    report.expect(machine.must("stat -c %i /run/bellpull/bellpull.sock") == socket, "  the socket stays")
    report.expect(load.is_lossless, "  every delivery meanwhile is answered with 2xx", load.answers)
    record = made.ended(after=last)
    report.expect(outcome == "queued" and record["commit"] == announced[1],
                  "  the build that ran is made up for", f"{outcome}, then {record['state']}")
    first, second = facts(machine, "dpkg-deb --field /root/0.deb Version; dpkg-query --show --showformat='${Version}\\n' bellpull")
    report.expect(first != second, "  the new version is installed", f"{first} → {second}")


def refused_upgrade(machine, report, github, made):
    """Upgrades with files that the new version refuses: first the main file, then the file of a site."""
    for number, (place, line) in enumerate([("bellpull.toml", 'timeout = "soon"'), ("sites/blog.toml", 'brunch = "main"')]):
        path = f"/etc/bellpull/{place}"
        machine.must(f"cp -a {path} /root/good && echo '{line}' >> {path}")
        before = pid(machine)
        with Load(machine) as load:
            output = apt(machine, f"install --reinstall /root/{number}.deb")
        report.expect("service of the earlier version goes on" in output and path in output and line.split()[0] in output,
                      f"an upgrade with a mistake in {place} says so", output.strip().splitlines()[-3:])
        report.expect(pid(machine) == before and load.is_lossless, "  the old service goes on", load.answers)
        answer = github.announce(*github.push(f"three {number}"))
        report.expect("Bellpull-Outcome: deployed" in answer, "  and deploys a push")
        record = made.deploy({"delay": "0", "page": f"3 {number}"})
        report.expect(record["state"] == "deployed", "  and a build, with the launcher of the new version", record["state"])
        machine.must(f"cp -a /root/good {path}")
        status, problems = check(machine)
        report.expect(status == 0 and any("runs an earlier program" in problem["message"] for problem in problems),
                      "  check says that the earlier program runs", [problem["message"] for problem in problems])
        machine.must("bellpull check --configuration-only && systemctl restart bellpull")
        report.expect(pid(machine) != before, "  the command that the package shows starts the new version")


def remove(machine, report):
    apt(machine, "remove bellpull")
    left = facts(machine, "systemctl list-units --plain --no-legend 'bellpull*'; ls /run/bellpull 2>/dev/null; "
                 "ls /usr/bin/bellpull 2>/dev/null; ps -u bellpull,bellpull-step -o args=")
    report.expect(not left, "a removal stops everything", left)
    kept = machine.run("test -s /var/lib/bellpull/ledger.sqlite && test -s /etc/bellpull/secret && nginx -t")
    report.expect(kept.returncode == 0, "  the ledger, the settings and nginx's files stay")
    report.expect(page(machine).startswith("three"), "  and the site is served")


def reinstall(machine, report, github):
    apt(machine, "install /root/1.deb")
    answer = github.announce(*github.push("four"))
    report.expect("Bellpull-Outcome: deployed" in answer, "after another installation a push is deployed")
    report.expect(len(facts(machine, "bellpull history blog")) > 3, "  and the history is there")


def purge(machine, report):
    before = machine.must("find /srv | sort")
    output = apt(machine, "purge bellpull")
    left = facts(machine, "find / -xdev -name '*bellpull*' ! -path '/proc/*' ! -path '/srv/*' ! -path '/run/log/*' "
                 "! -path '/root/*' ! -path '/var/log/journal/*'")
    report.expect(left == ["/etc/nginx/snippets/bellpull.conf"], "a purge leaves an empty snippet where a site includes it", left)
    report.expect("still includes snippets/bellpull.conf" in output, "  and says so")
    report.expect(machine.must("find /srv | sort") == before and page(machine) == "four\n", "  the sites stay")
    report.expect(machine.run("nginx -t && systemctl restart nginx").returncode == 0, "  nginx starts")
    users = facts(machine, "getent passwd bellpull bellpull-step | cut -d : -f 1")
    report.expect(users == ["bellpull", "bellpull-step"], "  the users stay, as the owners of the sites", users)


def without_nginx(machine, report):
    """Installs the package on a server where nginx was purged, with a service that a person has masked before."""
    apt(machine, "purge 'nginx*'")
    machine.must("rm -rf /etc/nginx; systemctl mask --quiet bellpull-step.socket")
    apt(machine, "install --no-install-recommends /root/0.deb")
    states = facts(machine, f"systemctl is-active {UNITS}")
    report.expect(states == ["active", "active", "inactive"], "without nginx the package is installed, and a masked unit stays off",
                  states)
    apt(machine, "purge bellpull")
    left = facts(machine, "ls -d /etc/bellpull /var/lib/bellpull /etc/nginx/snippets/bellpull.conf 2>/dev/null")
    report.expect(not left, "  and the purge leaves nothing", left)
