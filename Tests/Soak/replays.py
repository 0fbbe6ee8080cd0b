"""A repeated delivery deploys nothing, unless its deployment failed. If the site has moved past its commit, the remote is
asked: a forge repeats a delivery also when a branch was set back.
"""

import program
import repositories
import verdict
import web

REPLAYS = 1_000


def run(folder):
    (site,) = repositories.make(folder, ["site"], 10)
    with program.Bellpull(folder / "bellpull", [site]) as bellpull:
        bellpull.serve()
        captured = expect(bellpull, site.push()[0], "200 deployed")
        replay(bellpull, captured, site, "live", asks=False)
        # After this push a replay would move the site back, if it deployed.
        expect(bellpull, site.push()[0], "200 deployed")
        replay(bellpull, captured, site, "earlier", asks=True)
        redeliver(bellpull, site)
        bellpull.stop()


def expect(bellpull, delivery, words):
    (answer,) = web.deliver(bellpull.port, [delivery])
    said = f"{answer.status} {answer.outcome}"
    verdict.figure("a delivery is answered", said, words, said == words)
    return delivery


def replay(bellpull, captured, site, commit, asks):
    before = bellpull.count("delivery"), bellpull.count("deployment"), site.head
    answers = web.deliver(bellpull.port, [captured.again() for _ in range(REPLAYS)])
    bellpull.settle()
    verdict.note(f"{REPLAYS:,} replays of a delivery of the {commit} commit, each with another id: {web.outcomes(answers)}")
    verdict.none("  not answered 200", sum(answer.status != 200 for answer in answers))
    verdict.none("  deliveries recorded", bellpull.count("delivery") - before[0])
    asked = bellpull.count("deployment") - before[1]
    if asks:
        verdict.figure("  times the remote was asked", asked, f"at most {REPLAYS // 4}", asked <= REPLAYS // 4)
        verdict.none("  deployments that found something else",
                     bellpull.count("deployment", f"id > {before[1]} AND state != 'unchanged'"))
    else:
        verdict.none("  deployments", asked)
    verdict.figure("  the site has not moved", "yes" if (same := site.head == before[2]) else "no", "yes", same)


def redeliver(bellpull, site):
    away = site.remote.with_name("away.git")
    delivery, _ = site.push()
    site.remote.rename(away)
    expect(bellpull, delivery, "500 failed")
    away.rename(site.remote)
    deployments = bellpull.count("deployment")
    expect(bellpull, delivery, "200 deployed")
    expect(bellpull, delivery.again(), "200 duplicate")
    verdict.figure("deployments after a failure and two redeliveries", again := bellpull.count("deployment") - deployments,
                   "1", again == 1)
    verdict.none("sites not at their remote", int(site.how_far != site.position))
