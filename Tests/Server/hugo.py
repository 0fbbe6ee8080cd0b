"""The README's site built by Hugo, with a theme that is a submodule, from a forge that speaks https."""

import readme
from stage import Site, check, leftovers

#: Serves the repositories of the user git over https, as a forge does.
SERVER = """
import http.server, os, ssl, subprocess
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, query = self.path.partition('?')
        body = self.rfile.read(int(self.headers['Content-Length'] or 0))
        environment = {
            'PATH': os.environ['PATH'], 'GIT_PROJECT_ROOT': '/home/git', 'GIT_HTTP_EXPORT_ALL': '1', 'PATH_INFO': path,
            'QUERY_STRING': query, 'REQUEST_METHOD': self.command, 'CONTENT_LENGTH': str(len(body)),
            'CONTENT_TYPE': self.headers['Content-Type'] or '', 'GIT_PROTOCOL': self.headers['Git-Protocol'] or '',
            'HTTP_CONTENT_ENCODING': self.headers['Content-Encoding'] or ''}
        answer = subprocess.run(['git', 'http-backend'], input=body, env=environment, stdout=subprocess.PIPE).stdout
        head, _, body = answer.partition(b'\\r\\n\\r\\n')
        fields = [line.split(': ', 1) for line in head.decode().split('\\r\\n')]
        self.send_response(next((int(value[:3]) for name, value in fields if name == 'Status'), 200))
        for name, value in fields:
            if name != 'Status':
                self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_GET
server = http.server.ThreadingHTTPServer(('127.0.0.1', 443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('/etc/ssl/private/forge.pem')
server.socket = context.wrap_socket(server.socket, server_side=True)
os.setgid(GROUP), os.setuid(USER)
server.serve_forever()
"""

#: A certificate of the forge's own, installed as the README says, and the repository of the theme.
SETUP = """
set -e
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=github.com -addext subjectAltName=DNS:github.com \
    -keyout /root/forge.key -out /usr/local/share/ca-certificates/forge.crt 2> /dev/null
update-ca-certificates > /dev/null 2>&1
cat /root/forge.key /usr/local/share/ca-certificates/forge.crt > /etc/ssl/private/forge.pem
sed -i "s/GROUP/$(id -g git)/; s/USER/$(id -u git)/" /root/forge.py
systemd-run --quiet --unit=forge python3 /root/forge.py
runuser -u git -- git init --quiet --bare --initial-branch=main ~git/theNewDynamic/gohugo-theme-ananke.git
git clone --quiet git@github.com:theNewDynamic/gohugo-theme-ananke.git /root/theme 2> /dev/null
mkdir -p /root/theme/layouts/_default
cd /root/theme
echo '<title>{{ .Site.Title }}</title>{{ range .Site.RegularPages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}' > layouts/index.html
echo '<h1>{{ .Title }}</h1>{{ .Content }}' > layouts/_default/single.html
echo '{{ range .Pages }}{{ .Title }}{{ end }}' > layouts/_default/list.html
git add . && git commit --quiet -m theme && git push --quiet origin HEAD:main
for i in $(seq 50); do git ls-remote https://github.com/theNewDynamic/gohugo-theme-ananke.git > /dev/null 2>&1 && exit; sleep 0.1; done
exit 1
"""

SETTINGS = 'baseURL = "https://hugo.example/"\ntitle = "My blog"\ntheme = "ananke"\n'


def run(report, github):
    machine = report.machine
    (machine.root / "root/forge.py").write_text(SERVER)
    machine.must(SETUP)
    toml, = readme.blocks("**A site built by Hugo**", "toml")
    theme = "https://github.com/theNewDynamic/gohugo-theme-ananke.git"
    assert f'submodules = ["{theme}"]' in toml, toml
    # The README's site is called blog, as is the site of the first evening.
    own = toml.replace("blog", "hugo")
    # The folder is created below, as the README's "Releases" say, and the site's file comes last.
    site = Site(machine, github, "hugo", None, {
        "hugo.toml": SETTINGS, "content/first.md": "---\ntitle: First\n---\nHello *there*\n"})
    machine.must(f"cd /root/hugo && git submodule --quiet add {theme} themes/ananke && git add . && "
                 "git commit --quiet -m theme && git push --quiet origin HEAD:main")
    (machine.root / "etc/bellpull/sites/hugo.toml").write_text(own)
    site.serve("/public")
    machine.must("systemctl reload bellpull && bellpull deploy hugo")
    report.expect('<a href=/first/>First</a>' in site.page(), "Hugo: the first deployment", site.page().strip())
    page = "---\ntitle: Second\n---\nMore *text*\n"
    record = site.deploy({"content/second.md": page})
    report.expect("More <em>text</em>" in site.page("/second/"), "a push is served through nginx",
                  f"{record['state']} in {record['duration_ms']} ms: {site.page('/second/').strip()}")
    report.expect(not leftovers(machine, site), "  nothing is left of the step's user", leftovers(machine, site))
    machine.must("cd /root/theme && echo '<h2>{{ .Title }}</h2>{{ .Content }}' > layouts/_default/single.html && "
                 "git commit --quiet -am new && git push --quiet origin HEAD:main && "
                 "cd /root/hugo/themes/ananke && git pull --quiet origin main")
    record = site.deploy({})
    report.expect("<h2>Second</h2>" in site.page("/second/"), "a new version of the theme too",
                  f"{record['state']} in {record['duration_ms']} ms: {record.get('reason', site.page('/second/').strip())}")
    record = site.deploy({"content/third.md": page + "{{< nosuch >}}\n"})
    report.expect(record["state"] == "failed" and "<h2>Second</h2>" in site.page("/second/"),
                  "a page that Hugo refuses is never served", record.get("reason"))
    report.expect("nosuch" in record.get("reason", ""), "  and the reason is Hugo's error")
    site.deploy({"content/third.md": page})
    site.configure('build = "hugo --minify"\nsubmodules = true\n')
    machine.must("cd /root/hugo && git submodule --quiet set-url themes/ananke ../../theNewDynamic/gohugo-theme-ananke.git")
    # A relative URL is of the remote's own host, here over ssh.
    record = site.deploy({"content/fourth.md": page})
    report.expect(record["state"] == "deployed" and "More" in site.page("/fourth/"), "a relative URL of the theme, over ssh",
                  record.get("reason", f"in {record['duration_ms']} ms"))
    status, problems = check(machine)
    report.expect(status == 0, "  and check exits with 0", [entry["message"] for entry in problems])
