"""An upgrade, and the end of Bellpull on this machine, as the README says."""

from stage import Report, check, type_readme


def upgrade(machine, program):
    """Upgrades a machine with the units of an earlier version. Returns how many promises were broken."""
    report = Report(machine)
    machine.put(program, "/root/bellpull/bellpull")
    machine.must("sed -i '/^ExecStopPost=/d' /etc/systemd/system/bellpull-restart@.service; "
                 "sed -i '/^MemoryMax=/d' /etc/systemd/system/bellpull-step@.service; systemctl daemon-reload")
    type_readme(machine, "## Upgrading")
    differing = machine.run("cd /root/bellpull/systemd && for f in *; do cmp $f /etc/systemd/system/$f; done").stdout
    report.expect(not differing, "an upgrade replaces all units", differing)
    status, problems = check(machine)
    report.expect(status == 0, "  and check exits with 0", [entry["message"] for entry in problems])
    return report.failed


def uninstall(machine):
    """Removes Bellpull. Returns how many promises were broken."""
    report = Report(machine)
    machine.must("sed -i '/bellpull.conf/d' /etc/nginx/sites-available/*; rm -rf /srv/*/cache* /var/www/*/cache*")
    type_readme(machine, "## Uninstalling")
    left = machine.run("""
        systemctl list-units --all --plain --no-legend 'bellpull*'
        systemctl list-unit-files --no-legend 'bellpull*'
        find /etc /usr/local /var/lib /run /tmp -name '*bellpull*' ! -path '/run/log/*'
        ps -u bellpull,bellpull-step -o args= 2> /dev/null
        grep bellpull /etc/passwd /etc/group
        find / -xdev -nouser ! -path '/proc/*' -print""").stdout.split("\n")
    # The clones stay, and belonged to bellpull.
    left = [line for line in left if line and not line.startswith(("/srv/", "/var/www/"))]
    report.expect(not left, "after the README's commands nothing of Bellpull is left", left)
    caches = machine.run("find / -xdev -nouser -name cache").stdout.split()
    report.expect(not caches, "  and no cache of the step's user", caches)
    return report.failed
