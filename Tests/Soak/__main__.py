"""python3 Tests/Soak PART: one part of scripts/soak, on the program that BELLPULL names."""

import importlib
import os
import pathlib
import signal
import sys
import tempfile
import time

import verdict

PARTS = ("kill", "leaks", "sites", "ledger", "hung", "replays")


def main():
    (part,) = sys.argv[1:]
    if part not in PARTS:
        sys.exit(f"scripts/soak: error: there is no part {part}")
    # Ends as with Ctrl-C: all that was started is ended, all that was made is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as folder:
        # Nobody's settings but ours.
        os.environ |= {"GIT_CONFIG_GLOBAL": f"{folder}/gitconfig", "GIT_CONFIG_NOSYSTEM": "1"}
        importlib.import_module(part).run(pathlib.Path(folder))
    print(f"  ({time.monotonic() - start:.0f} s in all)")
    if verdict.broken:
        sys.exit(f"scripts/soak: error: {part}: not as promised: {'; '.join(verdict.broken)}")


main()
