"""A site with steps on the machine, its repository at the forge, and what must be true after each of its deployments."""

import json
import re
import shlex
import time

import readme

#: The folder of Bellpull's sources, as the README's commands expect it.
SOURCES = "cd /root/bellpull\n"


class Report:
    """Prints promises, and counts the broken ones."""

    def __init__(self, machine):
        self.machine = machine
        self.failed = 0

    def expect(self, holds, promise, seen=""):
        self.failed += not holds
        print(f"  {'ok' if holds else 'FAILED':8}{promise}" + (f": {seen}" if seen != "" else ""))
        return holds


class Site:
    """The site NAME of the repository alice/NAME, at NAME.example, with the author's clone in /root/NAME."""

    def __init__(self, machine, github, name, settings, files, path=None):
        self.machine, self.github, self.name = machine, github, name
        self.path = path or f"/srv/{name}"
        machine.must(f"""
            set -e
            runuser -u git -- git init --quiet --bare --initial-branch=main ~git/alice/{name}.git
            git clone --quiet git@github.com:alice/{name}.git /root/{name} 2> /dev/null
            install -d -o bellpull -g bellpull {self.path}""")
        self.push(files, "first")
        if settings is not None:
            self.configure(settings)

    def configure(self, settings):
        """Writes the site's file: what every site of the README has, and these lines."""
        common = (f'repository = "alice/{self.name}"\nbranch = "main"\npath = "{self.path}"\nstrategy = "release"\n'
                  f'remote = "git@github.com:alice/{self.name}.git"\n')
        (self.machine.root / f"etc/bellpull/sites/{self.name}.toml").write_text(common + settings)
        self.machine.must("systemctl reload bellpull")

    def serve(self, folder=""):
        """Installs nginx's example for the site. A generator's pages are in a folder of the release."""
        names = f"s/blog.example.com/{self.name}.example/; s#/srv/blog#{self.path}#g; s/blog/{self.name}/g"
        if folder:
            names += f"; s#root $blog_release;#root $blog_release{folder};#; s#root ${self.name}_release;#root ${self.name}_release{folder};#"
        self.machine.must(
            SOURCES + f"sed '{names}' nginx/example-release-site.conf > /etc/nginx/sites-available/{self.name}\n"
            f"ln -sf ../sites-available/{self.name} /etc/nginx/sites-enabled/ && nginx -t && systemctl reload nginx")

    def page(self, path="/"):
        """The page that a visitor gets through nginx."""
        return self.machine.run(f"curl -sS -H 'Host: {self.name}.example' 'http://127.0.0.1{path}'").stdout

    def push(self, files, message="change"):
        """Pushes changed files, and returns the commits before and after."""
        folder = self.machine.root / "root" / self.name
        before = self.machine.run(f"git -C /root/{self.name} rev-parse --verify --quiet HEAD").stdout.strip()
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        self.machine.must(
            f"cd /root/{self.name} && git add --all && git commit --quiet --allow-empty --message {shlex.quote(message)} && "
            "git push --quiet origin HEAD:main")
        return before or "0" * 40, self.machine.must(f"git -C /root/{self.name} rev-parse HEAD").strip()

    def announce(self, before, after):
        """Sends the signed delivery of a push. Returns the outcome that Bellpull answers."""
        answer = self.github.deliver("push", {
            "ref": "refs/heads/main", "before": before, "after": after,
            "repository": {"full_name": f"alice/{self.name}"}})
        return re.search(r"^Bellpull-Outcome: (\S+)", answer, flags=re.MULTILINE)[1]

    def deploy(self, files, message="change"):
        """Pushes, and waits for the end of the deployment, which is returned as `bellpull history` shows it."""
        last = self.last()
        outcome = self.announce(*self.push(files, message))
        # Catch-up may have been faster.
        return self.last() if outcome == "unchanged" else self.ended(after=last["id"] if last else 0)

    def records(self):
        return json.loads(self.machine.must(f"bellpull history {self.name} --json"))

    def last(self):
        return next(iter(self.records()), None)

    def ended(self, after, within=90):
        """Waits until nothing is left to do. Returns the newest deployment that a delivery asked for, later than `after`."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            records = self.records()
            announced = [record for record in records if record["id"] > after and record["deliveries"]]
            if announced and all("ended" in record for record in records):
                return announced[0]
            time.sleep(0.05)
        raise SystemExit(f"no deployment of {self.name} has ended: {self.last()}")

    def log(self):
        return self.machine.run(f"bellpull log {self.name}").stdout


def leftovers(machine, site=None):
    """Returns what steps have left: processes, units, temporary files, and files in releases that are not as they must be."""
    script = """
        ps -u bellpull-step -o pid=,args=
        systemctl list-units --all --plain --no-legend 'bellpull-step@*'
        find /tmp /var/tmp /dev/shm /run -user bellpull-step -o -name 'bellpull-step-*' -print"""
    if site:
        script += f"""
        find {site.path} -user bellpull-step ! -path '{site.path}/cache*' ! -path '{site.path}/shared/*' -print
        find {site.path}/releases ! -user bellpull -print
        find {site.path}/releases ! -type l -perm /022 -print
        find {site.path}/releases -name '.unfinished*' -o -name '.building*'"""
    # systemd forgets a service some milliseconds after its end.
    for _ in range(20):
        left = machine.run(script).stdout.strip()
        if not left:
            break
        time.sleep(0.1)
    return left


def check(machine):
    """Returns the exit status of `bellpull check` and its problems."""
    result = machine.run("bellpull check --json")
    return result.returncode, [entry for entry in json.loads(result.stdout) if entry["severity"] != "ok"]


def type_readme(machine, title, kind="sh", number=0):
    """Types the commands of the README below `title`, in the folder of Bellpull's sources."""
    commands = readme.blocks(title, kind)[number].replace("$(scripts/build)", "bellpull")
    return machine.must(SOURCES + "set -e\n" + commands)
