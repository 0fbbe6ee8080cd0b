"""What a step adds to the time of its command, without systemd's socket, and the memory for a build with 1 GB of output."""

import subprocess
import time

import delivery
import servers
from processes import expect

FILES = 20
SITES = ("none", "one", "four")
STEPS = {
    "none": "", "one": 'build = "true"\n', "four": 'build = "true"\ntest = "true"\nhealth = "true"\nafter = "true"\n',
    "loud": "build = 'head -c $(cat amount) /dev/zero | tr \"\\0\" x'\n",
}
#: The amounts of output in bytes.
LITTLE, MUCH = 4_000_000, 1_000_000_000


def run(bench, folder):
    Steps(bench, folder).run(bench.pick(40, 5))


class Steps:
    def __init__(self, bench, folder):
        self.bench, self.author = bench, folder / "author"
        remote = folder / "remote.git"
        self.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", remote)
        self.git(folder, "clone", "--quiet", remote, self.author)
        for number in range(FILES):
            (self.author / f"{number}.html").write_text(f"<p>Page {number}</p>\n")
        release = f'strategy = "release"\nremote = "{remote}"\nbranch = "main"\n'
        for name in STEPS:
            (folder / name).mkdir()
        self.process, port = servers.start_bellpull(
            bench, folder,
            {name: f'repository = "bench/{name}"\npath = "{folder}/{name}"\n{release}{keys}' for name, keys in STEPS.items()},
            'answer_within = "50s"\n')
        self.connection = delivery.connect(port)

    def run(self, pushes):
        self.times(pushes)
        self.output()

    def git(self, clone, *arguments):
        return self.bench.processes.output("git", "-C", clone, *arguments)

    def push(self, words, amount=1):
        """Commits and pushes, and returns the commit."""
        (self.author / "0.html").write_text(f"<p>{words}</p>\n")
        (self.author / "amount").write_text(f"{amount}\n")
        self.git(self.author, "add", ".")
        self.git(self.author, "commit", "--quiet", "--allow-empty", "--message", words)
        self.git(self.author, "push", "--quiet", "origin", "HEAD:main")
        return self.git(self.author, "rev-parse", "HEAD")

    def deploy(self, site, commit):
        """Delivers, and returns the milliseconds until the reply was read."""
        body = delivery.push(f"bench/{site}", "main", commit, "0" * 40)
        headers = delivery.headers(body)
        start = time.perf_counter()
        outcome = delivery.deliver(self.connection, body, headers)
        elapsed = (time.perf_counter() - start) * 1000
        expect(outcome == "200 deployed", f"a push to {site} was answered {outcome}")
        return elapsed

    def times(self, pushes):
        figures = {name: [] for name in (*SITES, "sh")}
        for number in range(-2, pushes):
            commit = self.push(f"Edition {number}")
            for site in SITES[number % len(SITES):] + SITES[:number % len(SITES)]:
                elapsed = self.deploy(site, commit)
                # The first deployments make the repositories, and wait for a restart that nobody undertakes.
                if number >= 0:
                    figures[site].append(elapsed)
                # Bellpull removes old releases after its answer.
                time.sleep(0.05)
            if number >= 0:
                figures["sh"].append(shell("true"))
        labels = {"none": "a release without steps", "one": 'a release with build = "true"', "four": "a release with four steps",
                  "sh": "sh -c true"}
        report = self.bench.report
        report.figure("until live", "ms", {labels[name]: values for name, values in figures.items()})
        none, one, four, sh = (report.median("until live", label) for label in labels.values())
        report.figure("added by a step to its command", "ms", {"one step": [one - none - sh], "on average of four":
                                                               [(four - none) / 4 - sh]})
        report.bar("added by a step to its command", 15, one - none - sh, "ms")

    def output(self):
        self.deploy("loud", self.push("quiet", 1))
        self.deploy("loud", self.push("quiet again", LITTLE))
        rows = {"memory above the idle service, at the peak": {}, "time": {}}
        for label, amount in (("4 MB of output", LITTLE), ("1 GB of output", MUCH)):
            commit = self.push(f"{amount} bytes", amount)
            self.process.reset_peak()
            idle = self.process.peak()
            rows["time"][label] = [self.deploy("loud", commit) / 1000]
            rows["memory above the idle service, at the peak"][label] = [self.process.peak() - idle]
            rows["time"][f"{label}, the command alone"] = [shell(f"head -c {amount} /dev/zero | tr '\\0' x | cat") / 1000]
        for name, values in rows.items():
            self.bench.report.figure(name, "s" if name == "time" else "MB", values)


def shell(command):
    """Runs a command as a step would, and returns the milliseconds."""
    start = time.perf_counter()
    subprocess.run(["/bin/sh", "-c", command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000
