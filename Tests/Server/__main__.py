"""Run by scripts/test-server: PROGRAM CACHE RELEASE …"""

import pathlib
import sys

import application
import faults
import first_evening
import machine
import restarts
import steps

program, cache, releases = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
cache.mkdir(parents=True, exist_ok=True)
failed = 0
for release in releases:
    print(f"\n== Debian {release}: the README's first deployment")
    with machine.Machine(machine.base(release, cache)) as server:
        github = first_evening.install(server, program)
        print(f"\n== Debian {release}: what breaks, what check says, and whether its remedy works")
        failed += faults.run(server, github)
        print(f"\n== Debian {release}: restarts and reloads under load")
        failed += restarts.run(server, github)
        print(f"\n== Debian {release}: an application, and a site that gets releases")
        failed += application.run(server, github)
        print(f"\n== Debian {release}: hostile steps")
        failed += steps.run(server, github)
if failed:
    sys.exit(f"scripts/test-server: error: {failed} promises were broken")
