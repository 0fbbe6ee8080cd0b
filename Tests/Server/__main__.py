"""Run by scripts/test-server: PROGRAM CACHE RELEASE …"""

import os
import pathlib
import sys

import added
import application
import built
import changed
import faults
import first_evening
import lifetime
import machine
import package
import pages
import proven
import restarts
import steps

#: The stages, in their order. `proven` needs the site of `application`, and `built` the units for the stages below.
STAGES = {
    "faults": ("what breaks, what check says, and whether its remedy works", faults.run),
    "pages": ("pages, metrics, badges and feeds", pages.run),
    "restarts": ("restarts and reloads under load", restarts.run),
    "application": ("an application, and a site that gets releases", application.run),
    "built": ("sites with steps", built.run),
    "proven": ("an application with a health check, and builds that do not end well", proven.run),
    "steps": ("hostile steps", steps.run),
    "added": ("sites that are added and removed by one command", added.run),
    "upgrade": ("the upgrade", lambda server, _: lifetime.upgrade(server, program)),
    "uninstall": ("the end", lambda server, _: lifetime.uninstall(server)),
}

#: The stage on a machine of its own, without the installation that the README describes.
PACKAGE = "package"
#: The stage on a machine of its own, from an installation by hand to the package.
CHANGED = "changed"

program, cache, releases = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
packages = os.environ.get("PACKAGES", "").split()
cache.mkdir(parents=True, exist_ok=True)
chosen = os.environ.get("STAGES", "").split() or [PACKAGE, CHANGED, *STAGES]
failed = 0
for release in releases:
    if PACKAGE in chosen:
        print(f"\n== Debian {release}: the package", flush=True)
        with machine.Machine(machine.base(release, cache)) as server:
            failed += package.run(server, packages)
    if CHANGED in chosen:
        print(f"\n== Debian {release}: from an installation by hand to the package", flush=True)
        with machine.Machine(machine.base(release, cache)) as server:
            failed += changed.run(server, program, packages)
    stages = [STAGES[name] for name in STAGES if name in chosen]
    if not stages:
        continue
    print(f"\n== Debian {release}: the README's first deployment")
    with machine.Machine(machine.base(release, cache)) as server:
        github = first_evening.install(server, program)
        for title, stage in stages:
            print(f"\n== Debian {release}: {title}", flush=True)
            failed += stage(server, github)
if failed:
    sys.exit(f"scripts/test-server: error: {failed} promises were broken")
