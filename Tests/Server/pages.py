"""Pages, metrics, badges and feeds behind nginx, with the shipped socket and the shipped files."""

import re

import stage

#: An address of the machine that is not the loopback's, and what visitors from there get.
ADDRESS = "10.7.0.1"


def run(machine, github):
    """Follows what INSTALL.md says about pages. Returns how many promises were broken."""
    report = stage.Report(machine)
    expect = report.expect
    machine.must(f"ip address add {ADDRESS}/32 dev lo 2>/dev/null || ip address show dev lo | grep -q {ADDRESS}")

    def status(path, address="127.0.0.1"):
        return machine.run(
            f"curl -sS -o /root/answer -w '%{{http_code}} %{{content_type}}' -H 'Host: YOUR.SITE' http://{address}{path}"
        ).stdout

    def answer():
        return (machine.root / "root/answer").read_text()

    stage.type_readme(machine, "**7. Show pages**")
    included = machine.must("grep -l 'snippets/bellpull.conf' /etc/nginx/sites-enabled/*").split()[0]
    machine.must(f"""
        set -e
        sed -i 's#^\\( *\\)include snippets/bellpull.conf;#&\\n\\1include snippets/bellpull-pages.conf;\\n\\1include snippets/bellpull-public.conf;#' \\
            "$(readlink -f {included})"
        nginx -t && systemctl reload nginx
        for i in $(seq 100); do curl -sSf -o /dev/null -H 'Host: YOUR.SITE' http://127.0.0.1/bellpull/ && exit 0; sleep 0.1; done; exit 1""")
    owner = machine.must("stat -c '%U:%G %a' /run/bellpull/pages.sock").strip()
    expect(owner.startswith("www-data:") and owner.endswith(" 600"), "only nginx may open the socket", owner)

    def ask(title):
        """Asks for everything once."""
        commit = machine.must("runuser -u bellpull -- git -C /srv/blog rev-parse HEAD").strip()
        seen = status("/bellpull/")
        expect(seen == "200 text/html; charset=utf-8" and commit[:6] in answer(), f"{title}: the list has the live commit", seen)
        seen = status("/bellpull/site/blog")
        expect(seen.startswith("200") and commit in answer(), f"{title}: so has the page of the site", seen)
        seen = status("/bellpull/metrics")
        count = re.search(r"^bellpull_sites (\d+)$", answer(), flags=re.MULTILINE)
        expect(seen.startswith("200 text/plain") and count and int(count[1]) >= 1, f"{title}: metrics", seen)
        seen = status("/bellpull/public/badge/blog.svg")
        expect(seen.startswith("200 image/svg+xml") and "<svg" in answer(), f"{title}: a badge", seen)
        seen = status("/bellpull/public/feed/blog.atom")
        expect(seen.startswith("200 application/atom+xml") and commit[:6] in answer(), f"{title}: a feed", seen)

    ask("at first")
    outcome = github.announce(*github.push("pages"))
    expect("Bellpull-Outcome: deployed" in outcome, "a push is deployed")
    ask("after a push")
    machine.must("systemctl reload bellpull")
    ask("after a reload")
    machine.must("systemctl restart bellpull")
    ask("after a restart")
    machine.must("systemctl stop bellpull")
    expect(status("/bellpull/").startswith("200"), "a reader starts the service")

    for path in ["/bellpull/", "/bellpull/site/blog", "/bellpull/metrics"]:
        seen = status(path, ADDRESS)
        expect(seen.startswith("403") and "blog" not in answer(), f"{path} is closed to others", seen)
    seen = status("/bellpull/public/badge/blog.svg", ADDRESS)
    expect(seen.startswith("200"), "a badge is not", seen)
    seen = machine.run("runuser -u nobody -- curl -sS --unix-socket /run/bellpull/pages.sock http://x/ 2>&1").stdout
    expect("Couldn't connect" in seen or "Failed to connect" in seen, "another user cannot open the socket", seen.strip())
    code, problems = stage.check(machine)
    expect(code == 0, "check finds nothing wrong", problems if code else "")
    return report.failed
