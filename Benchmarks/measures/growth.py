"""What a delivery costs with many sites, with many rows in the ledger, and with many tags.

Processor time of Bellpull without git, as a ratio to one site, to an empty ledger, and to one tag. The least of several rounds in
turn counts, as all have the same chance of a quiet round.
"""

import costs
import forge
import ledger
import processes
import program
import repositories
import web
from processes import expect

ROUNDS, DELIVERIES = 9, 2000


def run(bench, folder):
    sites(bench, folder / "sites")
    rows(bench, folder / "rows")
    tags(bench, folder / "tags")


def sites(bench, folder):
    folder.mkdir()
    counts = bench.pick((1, 100, 10_000), (1, 1_000))
    (first,) = repositories.make(folder, ["one"], 1)
    many = [first, *repositories.multiply(first, counts[-1] - 1)]
    with_sites = {_label(count, "site"): program.Bellpull(folder / str(count), many[:count]) for count in counts}
    opened = {label: many[:count:max(1, count // 100)] for label, count in zip(with_sites, counts)}
    loads = {"an ignored delivery": costs.ignored, "an unchanged delivery": costs.unchanged}
    values = _compare(bench, with_sites, opened, loads)
    _report(bench, values, _label(counts[0], "site"), _label(counts[-1], "site"), bar=1.05)


def rows(bench, folder):
    folder.mkdir()
    counts = bench.pick((0, 1_000, 1_000_000), (0, 50_000))
    sites = repositories.make(folder, [f"site{number}" for number in range(10)], 1)
    with_rows = {_label(count, "row"): program.Bellpull(folder / str(count), sites, **ledger.FOR_EVER) for count in counts}
    for bellpull, count in zip(with_rows.values(), counts):
        if count:
            with bellpull:
                bellpull.serve()
                costs.open_clones(bellpull, sites[:1])
                bellpull.stop()
            (bellpull.folder / "bellpull.sock").unlink()
            ledger.fill(bellpull.folder / "state/ledger.sqlite", count, sites)
    values = _compare(bench, with_rows, {label: sites for label in with_rows}, {"a recorded delivery": costs.unchanged})
    _report(bench, values, _label(counts[0], "row"), _label(counts[-1], "row"), bar=1.05)


def tags(bench, folder):
    """Measures pushes of a branch to a site that follows the highest of many tags, and deployments of new tags."""
    folder.mkdir()
    counts = bench.pick((1, 100, 10_000), (1, 1_000))
    pushes = bench.pick(10, 3)
    figures = {name: {} for name in ("an ignored delivery", "a deployment, git included")}
    labels = [_label(count, "tag") for count in counts]
    for count, label in zip(counts, labels):
        place = folder / str(count)
        place.mkdir()
        (site,) = repositories.make(place, ["tagged"], pushes + 1)
        _tag(site, 1, count)
        site.keys = {"branch": None, "tag": "v*"}
        # Bellpull answers when it has deployed.
        with program.Bellpull(place / "bellpull", [site], answer_within="50s") as bellpull:
            bellpull.serve()
            _deploy(bellpull, site, count)
            figures["an ignored delivery"][label] = [
                costs.per_delivery(bellpull, costs.ignored([site]), 500) for _ in range(bench.pick(ROUNDS, 3))]
            figures["a deployment, git included"][label] = [
                _deploy(bellpull, site, count + number + 1) for number in range(pushes)]
    bench.report.figure("an ignored delivery", "µs of CPU", figures["an ignored delivery"], labels[0])
    bench.report.figure("a deployment, git included", "ms of CPU", figures["a deployment, git included"], labels[0])


def _tag(site, first, last):
    """Tags the newest commit of the remote with versions."""
    lines = "".join(f"create refs/tags/v{number}.0 {site.newest}\n" for number in range(first, last + 1))
    repositories.git(site.remote, "update-ref", "--stdin", input=lines.encode())


def _deploy(bellpull, site, number):
    """Pushes the tag `number`, and returns the milliseconds of processor time until it is deployed, children included."""
    site.push()
    tag = f"v{number}.0"
    if repositories.git(site.remote, "tag", "--list", tag):
        repositories.git(site.remote, "tag", "--force", tag, site.newest)
    else:
        _tag(site, number, number)
    body = forge.push(site.repository, site.newest).body.replace(b"refs/heads/main", f"refs/tags/{tag}".encode())
    before = _with_children(bellpull)
    client = web.Client(bellpull.port)
    answer = client.send(forge.Delivery(body))
    client.close()
    expect(answer.outcome == "deployed", f"the push of a tag was answered {answer.status} {answer.outcome}\n{bellpull.log_end}")
    return (_with_children(bellpull) - before) * 1000


def _with_children(bellpull):
    """Seconds of processor time, with the children that have ended."""
    return bellpull.cpu + sum(map(int, processes.stat(bellpull.process.pid)[13:15])) / processes.TICK


def _compare(bench, bellpulls, opened, loads):
    """Returns the µs of processor time per delivery in each round: {load: {label: [µs, …]}}."""
    rounds, deliveries = bench.pick(ROUNDS, 3), bench.pick(DELIVERIES, 500)
    values = {kind: {label: [] for label in bellpulls} for kind in loads}
    running = []
    try:
        for label, bellpull in bellpulls.items():
            bellpull.__enter__()
            running.append(bellpull)
            bellpull.serve()
            costs.open_clones(bellpull, opened[label])
        makers = {(kind, label): make(opened[label]) for kind, make in loads.items() for label in bellpulls}
        for number in range(-1, rounds):
            for (kind, label), make in makers.items():
                used = costs.per_delivery(bellpulls[label], make, deliveries)
                if number >= 0:
                    values[kind][label].append(used)
    finally:
        for bellpull in running:
            bellpull.__exit__(None, None, None)
    return values


def _report(bench, values, first, last, bar=None):
    for kind, figures in values.items():
        bench.report.figure(kind, "µs of CPU", figures, first)
        ratio = min(figures[last]) / min(figures[first])
        bench.report.note(f"least to least: {ratio:.3f}")
        if bar:
            bench.report.bar(f"{kind} with {last}, × {first}", bar, ratio)


def _label(count, word):
    return f"{count:,} {word}{'' if count == 1 else 's'}"
