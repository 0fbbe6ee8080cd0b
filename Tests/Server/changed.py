"""The Debian package on a machine where Bellpull was installed by hand, as INSTALL.md says."""

import re

import first_evening
from package import UNITS, apt, facts
from stage import Report, check


def run(machine, program, packages):
    """Changes from an installation by hand to the package. Returns how many promises were broken."""
    report = Report(machine)
    github = first_evening.install(machine, program)
    machine.put(packages[0], "/root/0.deb")
    output = apt(machine, "install -o Dpkg::Options::=--force-confold /root/0.deb")
    old = facts(machine, "ls /etc/systemd/system/bellpull* /usr/local/bin/bellpull /usr/local/share/man/man*/bellpull*")
    named = re.findall(r"^bellpull: warning:   (\S+)$", output, flags=re.MULTILINE)
    report.expect(len(old) == 7 and sorted(named) == sorted(old), "the package names each file of the installation by hand", named)
    hint = next((line for line in output.splitlines() if line.startswith("bellpull: hint: rm ")), "bellpull: hint: false")
    result = machine.run(hint.removeprefix("bellpull: hint: "))
    report.expect(result.returncode == 0, "  and prints a command that works", result.returncode)
    left = facts(machine, "ls -d /usr/local/bin/bellpull /usr/local/share/man/man*/bellpull* 2>/dev/null; "
                 "find /etc/systemd/system -name 'bellpull*' -type f; command -v bellpull; "
                 "realpath $(systemctl show --property FragmentPath --value bellpull)")
    report.expect(left == ["/usr/bin/bellpull", "/usr/lib/systemd/system/bellpull.service"],
                  "  after which the files of the package are used", left)
    states = facts(machine, f"systemctl is-active {UNITS}; systemctl is-enabled {UNITS}")
    report.expect(states == ["active"] * 3 + ["enabled"] * 3, "  the service and both sockets run, also after a reboot", states)
    answer = github.announce(*github.push("from the package"))
    report.expect("Bellpull-Outcome: deployed" in answer, "  and the next push is deployed", answer.splitlines()[0])
    status, problems = check(machine)
    report.expect(status == 0, "  check finds no error", [entry["message"] for entry in problems])
    output = apt(machine, "install --reinstall /root/0.deb")
    warnings = [line for line in output.splitlines() if "warning" in line]
    report.expect(not warnings, "  and the package names no file any more", warnings)
    return report.failed
