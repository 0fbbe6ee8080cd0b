"""Ten thousand sites: a start within a second, little memory, and no higher cost of a delivery than with one site."""

import contextlib
import time

import costs
import program
import repositories
import verdict

SITES = 10_000
STARTS = 5
WATCHED = 20


def run(folder):
    first, other = repositories.make(folder, ["one", "many"], 1)
    asked = folder / "asked"
    command = f"date +%s.%N >>'{asked}'; git-upload-pack"
    repositories.git(other.path, "config", "remote.origin.uploadpack", command)
    sites = repositories.multiply(other, SITES)
    with contextlib.ExitStack() as stack:
        def bellpull(name, sites, **settings):
            return stack.enter_context(program.Bellpull(folder / name, sites, **settings))

        starts_and_memory(bellpull("thousand", sites[:1_000]), bellpull("all", sites))
        cost_of_intake(bellpull("one", [first]), bellpull("again", sites), first, sites)
        asking(bellpull("watched", sites, catch_up="15m"), asked)


def start(bellpull):
    """Returns the seconds from the start to the first answer."""
    began = time.perf_counter()
    bellpull.serve()
    return time.perf_counter() - began


def starts_and_memory(thousand, everything):
    times = []
    for _ in range(STARTS):
        times.append(start(everything))
        time.sleep(1)
        memory = everything.memory
        everything.stop()
    verdict.note("starts, s: " + ", ".join(f"{seconds:.2f}" for seconds in times))
    verdict.at_most(f"{SITES:,} sites, from the start to an answer, s (median)", verdict.median(times), 1.0)
    verdict.figure(f"resident with {SITES:,} sites idle, MiB", memory)
    verdict.figure("1,000 sites, from the start to an answer, s", start(thousand))
    time.sleep(1)
    verdict.at_most("resident with 1,000 sites idle, MB", thousand.memory * 1.048576, 30.0)
    thousand.stop()


def cost_of_intake(one, many, first, sites):
    some = sites[:: SITES // 100]
    for bellpull, opened in ((one, [first]), (many, some)):
        bellpull.serve()
        costs.open_clones(bellpull, opened)
    figures = costs.compare(
        (one, costs.ignored([first])), (many, costs.ignored(some)),
        (one, costs.unchanged([first])), (many, costs.unchanged(some)))
    for kind, with_one, with_many in (("an ignored delivery", *figures[:2]), ("an unchanged delivery", *figures[2:])):
        verdict.figure(f"{kind}, 1 site, µs of CPU", with_one)
        verdict.figure(f"{kind}, {SITES:,} sites, µs of CPU", with_many)
        verdict.at_most("  as a multiple", with_many / with_one, 1.1)
    one.stop()
    many.stop()


def asking(bellpull, asked):
    """Checks that catch-up spreads its requests over 15 minutes."""
    asked.unlink(missing_ok=True)
    verdict.figure(f"{SITES:,} sites with catch-up, from the start to an answer, s", start(bellpull))
    time.sleep(WATCHED)
    bellpull.kill_all()
    times = [float(line) for line in asked.read_text().split()]
    seconds = [sum(int(moment - times[0]) == second for moment in times) for second in range(WATCHED - 1)]
    fair = SITES / 900
    verdict.figure("remotes asked per second, on average", len(times) / WATCHED)
    verdict.figure("  in the busiest second", max(seconds), f"at most twice {fair:.1f}", max(seconds) <= 2 * fair)
    verdict.figure("  in the quietest second", min(seconds), "at least half", min(seconds) >= fair / 2)
