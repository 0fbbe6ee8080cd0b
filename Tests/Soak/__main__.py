"""python3 Tests/Soak PART: one part of scripts/soak, on the program that BELLPULL names."""

import importlib
import os
import pathlib
import signal
import sys
import tempfile
import time

import verdict

PARTS = ("kill", "leaks", "sites", "ledger", "hung", "replays", "hostile")
LONGEST = 1200


def end(number, _):
    """Ends all that was started and removes all that was made, and lets nobody disturb that."""
    for other in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(other, signal.SIG_IGN)
    sys.exit(f"scripts/soak: error: it took longer than {LONGEST} s" if number == signal.SIGALRM else 128 + number)


def main():
    (part,) = sys.argv[1:]
    if part not in PARTS:
        sys.exit(f"scripts/soak: error: there is no part {part}")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, end)
    signal.alarm(LONGEST)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as folder:
        # Nobody's settings but ours.
        os.environ |= {"GIT_CONFIG_GLOBAL": f"{folder}/gitconfig", "GIT_CONFIG_NOSYSTEM": "1"}
        importlib.import_module(part).run(pathlib.Path(folder))
    print(f"  ({time.monotonic() - start:.0f} s in all)")
    if verdict.broken:
        sys.exit(f"scripts/soak: error: {part}: not as promised: {'; '.join(verdict.broken)}")


main()
