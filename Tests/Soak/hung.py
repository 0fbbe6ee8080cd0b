"""While git hangs, all deliveries are answered in time, and other sites deploy."""

import concurrent.futures
import time

import program
import repositories
import verdict
import web

CROWD = 200
ANSWER_WITHIN = 4.0
LEEWAY = 0.25
PUSHES = 20


def run(folder):
    hanging, other = repositories.make(folder, ["hanging", "other"], 3 * PUSHES)
    script = folder / "ssh"
    script.write_text("exec sleep 60\n")
    for key, value in (("core.sshCommand", f"sh '{script}'"), ("ssh.variant", "ssh"),
                       ("remote.origin.url", "ssh://git@localhost/soak/hanging.git")):
        repositories.git(hanging.path, "config", key, value)
    with program.Bellpull(folder / "bellpull", [hanging, other], drain="1s") as bellpull:
        bellpull.serve()
        deploy(bellpull, other)
        usual = deploy(bellpull, other)
        meanwhile, answers = crowd(bellpull, hanging, other)
        report(bellpull, answers, usual, meanwhile)
        began = time.perf_counter()
        bellpull.stop()
        verdict.at_most("from SIGTERM to exit, s (drain 1 s, and 5)", time.perf_counter() - began, 6.0)
        verdict.none("processes left behind", len(bellpull.session))


def deploy(bellpull, site):
    """Pushes several times and returns the milliseconds of each push."""
    client, times = web.Client(bellpull.port), []
    for _ in range(PUSHES):
        answer = client.send(site.push()[0])
        if (answer.status, answer.outcome) != (200, "deployed"):
            raise RuntimeError(f"a push to the other site was answered {answer.status} {answer.outcome}\n{bellpull.log_end}")
        times.append(answer.seconds * 1000)
    client.close()
    return times


def crowd(bellpull, hanging, other):
    """Delivers many pushes to the hanging site, and meanwhile some pushes to the other site."""
    deliveries = [hanging.push(1 if number == 0 else 0)[0] for number in range(CROWD)]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        delivered = pool.submit(web.deliver, bellpull.port, deliveries, connections=CROWD)
        time.sleep(0.5)
        return deploy(bellpull, other), delivered.result()


def report(bellpull, answers, usual, meanwhile):
    verdict.note(f"{CROWD} deliveries at once to a site whose git hangs: {web.outcomes(answers)}")
    durable = sum(answer.status == 202 for answer in answers)
    verdict.none("not answered 202", CROWD - durable)
    verdict.at_most("longest until an answer, s", max(answer.seconds for answer in answers), ANSWER_WITHIN + LEEWAY)
    verdict.none("not in the ledger", CROWD - bellpull.count("delivery", "repository = 'soak/hanging'"))
    verdict.figure("another site's push, usually, ms (median)", verdict.median(usual))
    verdict.figure("another site's push, usually, ms (longest)", max(usual))
    verdict.figure("another site's push, meanwhile, ms (longest)", max(meanwhile))
    verdict.at_most("another site's push, meanwhile, ms (median)", verdict.median(meanwhile), 2 * verdict.median(usual))
