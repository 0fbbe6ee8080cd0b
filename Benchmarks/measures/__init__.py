"""The measures by name, in the order of a run. Each is a module whose `run(bench, folder)` reports figures."""

from measures import burst, deploy, durable, growth, intake, large, memory, pages, releases, steps, trips

ALL = {"intake": intake, "deploy": deploy, "burst": burst, "large": large, "durable": durable, "memory": memory,
       "releases": releases, "growth": growth, "trips": trips, "steps": steps, "pages": pages}

#: What runs unless some are named. The others are for a change to steps or to pages.
USUAL = [name for name in ALL if name not in ("steps", "pages")]
