"""Prints the changelog of the Debian package: CHANGELOG.md SUFFIX. Takes the commit's time from SOURCE_DATE_EPOCH."""

import datetime
import email.utils
import os
import re
import sys
import textwrap

MAINTAINER = "Bellpull <bellpull@bellpull.invalid>"


def entries(text):
    """Returns version, date and changes of each release in CHANGELOG.md, newest first."""
    parts = re.split(r"^## \[([^]]+)\] - (\S+)$", text, flags=re.MULTILINE)[1:]
    for version, date, body in zip(parts[::3], parts[1::3], parts[2::3]):
        changes = [" ".join(change.split()) for change in re.findall(r"^- (.*(?:\n  .*)*)", body, flags=re.MULTILINE)]
        yield version, date, [change.replace("**", "").replace("`", "") for change in changes]


def moment(date):
    """Returns the date of a release as RFC 5322 has it; for `unreleased`, the time of the commit."""
    if date == "unreleased":
        seconds = int(os.environ["SOURCE_DATE_EPOCH"])
    else:
        seconds = datetime.datetime.fromisoformat(f"{date}T00:00:00+00:00").timestamp()
    return email.utils.format_datetime(datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc))


def main(path, suffix):
    for number, (version, date, changes) in enumerate(entries(open(path, encoding="utf-8").read())):
        assert changes, f"version {version} has no changes"
        print(f"bellpull ({version}{suffix if number == 0 else ''}) unstable; urgency=medium\n")
        for change in changes:
            print(textwrap.fill(change, 78, initial_indent="  * ", subsequent_indent="    "))
        print(f"\n -- {MAINTAINER}  {moment(date)}\n")


main(*sys.argv[1:])
