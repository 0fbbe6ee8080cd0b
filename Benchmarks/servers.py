"""The servers that are compared, all behind one worker of nginx with the same settings.

Every peer is set up as its documentation or its best-known tutorial says; the files are in `peers`:

bare C         a libfcgi responder with one thread that verifies the signature and deploys nothing: the floor
Bellpull       `bellpull serve` with one site, as the README sets it up
Bellpull, CGI  the same program per delivery, behind Debian's fcgiwrap (one child, its default)
webhook        adnanh/webhook as Debian has it, without options; replies at once and runs `git pull` in the background
PHP-FPM        Debian's pool (dynamic, at most 5 children) and php.ini; runs `git pull` in the request
Flask          gunicorn with 2 workers, Flask, GitPython; pulls in the request
shell CGI      a shell script with openssl behind Debian's fcgiwrap (one child); runs `git pull` in the request
"""

import glob
import math
import pathlib
import shutil

import delivery
import nginx

PEERS = pathlib.Path(__file__).with_name("peers")
#: The floor of the intake.
BARE = "bare C"
BELLPULL, BELLPULL_CGI = "Bellpull", "Bellpull, CGI"
WEBHOOK, PHP, FLASK, SHELL = "webhook", "PHP-FPM", "Flask", "shell CGI"
#: Every server that deploys.
DEPLOYING = [BELLPULL, BELLPULL_CGI, WEBHOOK, PHP, FLASK, SHELL]
#: Servers that have processes of their own while they wait.
RESIDENT = [BARE, BELLPULL, WEBHOOK, PHP, FLASK]


class Backend:
    """A server with a folder for its files and a site to deploy. `port` is where nginx takes its deliveries."""

    def __init__(self, bench, folder, site):
        self.bench, self.folder, self.site = bench, folder, site
        self.port = nginx.free_port()
        folder.mkdir()

    def start(self, name, command, **options):
        self.process = self.bench.processes.start(name, command, self.folder / "log", cwd=self.folder, **options)
        self.process.await_(self.is_ready)

    def is_ready(self):
        return self.socket.is_socket()

    @property
    def socket(self):
        return self.folder / "sock"

    @property
    def cpu(self):
        return self.process.cpu

    def install(self, *names):
        """Copies files of `peers`, with the secret, the site and the folder in place of their placeholders."""
        for name in names:
            text = (PEERS / name).read_text()
            for word, value in (("SECRET", delivery.secret), ("SITE", self.site), ("FOLDER", self.folder)):
                text = text.replace(f"@{word}@", str(value))
            (self.folder / name).write_text(text)
            shutil.copymode(PEERS / name, self.folder / name)

    def passing(self):
        """The directives of nginx that pass a request."""
        return nginx.FASTCGI + f"fastcgi_pass unix:{self.socket};"


class Bare(Backend):
    def run(self):
        self.start("bare", [self.bench.folder / "bare-responder", self.socket])


class Bellpull(Backend):
    def run(self):
        state = self.folder / "state"
        state.mkdir(mode=0o700)
        self.start("bellpull", [self.bench.program, "serve", "--socket", self.socket],
                   env=self.bench.environment | {"REPO_PATH": str(self.site), "STATE_DIRECTORY": str(state)})


class FastCGIWrap(Backend):
    """A program per request, behind fcgiwrap with one child, as Debian starts it."""

    def run(self):
        (self.folder / "state").mkdir(mode=0o700)
        self.prepare()
        self.start("fcgiwrap", ["fcgiwrap", "-c", "1", "-s", f"unix:{self.socket}"])

    @property
    def cpu(self):
        """Seconds of processor time. Only a control group counts the children of fcgiwrap, which ignores SIGCHLD."""
        return super().cpu if self.bench.groups.path else math.nan

    def passing(self):
        parameters = {"SCRIPT_FILENAME": self.script, **self.parameters}
        return "".join(f'fastcgi_param {name} "{value}";\n            ' for name, value in parameters.items()) + super().passing()


class BellpullCGI(FastCGIWrap):
    def prepare(self):
        pass

    @property
    def script(self):
        return self.bench.program

    @property
    def parameters(self):
        return {"STATE_DIRECTORY": self.folder / "state", "REPO_PATH": self.site, "GITHUB_SECRET": delivery.secret,
                "HOME": self.folder}


class ShellCGI(FastCGIWrap):
    parameters = {}

    def prepare(self):
        self.install("cgi.sh")

    @property
    def script(self):
        return self.folder / "cgi.sh"


class Webhook(Backend):
    def run(self):
        self.install("hooks.json", "deploy.sh")
        self.own_port = nginx.free_port()
        self.start("webhook", ["webhook", "-hooks", self.folder / "hooks.json", "-ip", "127.0.0.1", "-port", str(self.own_port)])

    def is_ready(self):
        return nginx.listens(self.own_port)

    def passing(self):
        return f"proxy_pass http://127.0.0.1:{self.own_port}/hooks/deploy;"


class PHP_FPM(Backend):
    def run(self):
        self.install("php-fpm.conf", "deploy.php")
        program = shutil.which("php-fpm") or next(iter(sorted(glob.glob("/usr/sbin/php-fpm[0-9]*"))), "php-fpm")
        self.start("php-fpm", [program, "--fpm-config", self.folder / "php-fpm.conf"])

    @property
    def socket(self):
        return self.folder / "php.sock"

    def passing(self):
        return f"fastcgi_param SCRIPT_FILENAME {self.folder}/deploy.php;\n            " + super().passing()


class Flask(Backend):
    def run(self):
        self.install("app.py")
        self.start("gunicorn", ["/usr/bin/gunicorn", "--workers", "2", "--bind", f"unix:{self.socket}", "app:app"])

    def passing(self):
        return f"proxy_pass http://unix:{self.socket}:/update_server;"


KINDS = {BARE: Bare, BELLPULL: Bellpull, BELLPULL_CGI: BellpullCGI, WEBHOOK: Webhook, PHP: PHP_FPM, FLASK: Flask,
         SHELL: ShellCGI}


def start(bench, folder, sites):
    """Starts nginx and the servers of `sites`: {name: site}. Returns the backends by name."""
    backends = {}
    for name, site in sites.items():
        backend = KINDS[name](bench, folder / name.replace(",", "").replace(" ", "-"), site)
        backend.run()
        backends[name] = backend
    nginx.start(bench, folder, [(backend.port, backend.passing()) for backend in backends.values()])
    return backends


def start_bellpull(bench, folder, files, settings="", **environment):
    """Starts Bellpull with files of sites ({name: text}) behind nginx. Returns the process and the port."""
    (folder / "sites").mkdir(parents=True, exist_ok=True)
    (folder / "state").mkdir(mode=0o700)
    secret = folder / "secret"
    secret.write_text(delivery.secret + "\n")
    secret.chmod(0o600)
    (folder / "bellpull.toml").write_text(f'secret_file = "{secret}"\ncatch_up = "0"\n{settings}')
    for name, text in files.items():
        (folder / f"sites/{name}.toml").write_text(text)
    bench.environment |= {"STATE_DIRECTORY": str(folder / "state"), "BELLPULL_STEP_SOCKET": str(folder / "no.sock")}
    process = bench.processes.start(
        "bellpull", [bench.program, "serve", "--socket", folder / "sock", "--config", folder / "bellpull.toml"],
        folder / "bellpull.log", env=bench.environment | environment)
    process.await_((folder / "sock").is_socket)
    port = nginx.free_port()
    nginx.start(bench, folder, [(port, nginx.FASTCGI + f"fastcgi_pass unix:{folder}/sock;")])
    return process, port
