import Foundation
import TestSupport
import Testing

@Suite struct `a check of socket, nginx, systemd and secrets` {
    let checkup: Checkup
    let folder: TemporaryFolder
    let clone: Repository

    init() throws {
        checkup = try Checkup(listens: false)
        (folder, clone) = (checkup.folder, checkup.clone)
    }

    // MARK: The socket

    @Test func `reports a socket that does not exist`() throws {
        try checkup.finds(
            "error", "socket", "\(checkup.socket) does not exist, so the web server cannot reach bellpull",
            hint: "systemctl enable bellpull.socket && systemctl restart bellpull.socket bellpull")
    }

    @Test func `reports a socket without a listener`() throws {
        let bellpull = try start()
        bellpull.program.signal(SIGKILL)
        _ = bellpull.program.ending(within: .seconds(5))
        try checkup.finds(
            "error", "socket", "no process listens on \(checkup.socket)",
            hint: "systemctl restart bellpull.socket bellpull")
    }

    @Test func `reports a file in place of the socket`() throws {
        try write("", to: checkup.socket)
        try checkup.finds("error", "socket", "\(checkup.socket) is not a socket", hint: "rm \(checkup.socket)")
    }

    @Test func `reports a socket that nginx may not connect to`() throws {
        let bellpull = try start()
        defer { bellpull.program.end() }
        try checkup.installNginx(user: "nobody")
        try checkup.finds(
            "error", "socket", "nginx runs as nobody, but nobody may not connect to \(checkup.socket) (owner ",
            hint: "mkdir -p /etc/systemd/system/bellpull.socket.d && printf '%s\\n' '[Socket]' SocketUser=nobody >> ")

        #expect(chmod(checkup.socket, 0o666) == 0)
        try checkup.finds("ok", "socket", "a process listens on \(checkup.socket)", hint: nil)
    }

    // MARK: nginx

    @Test func `warns if the files of nginx are elsewhere`() throws {
        try FileManager.default.removeItem(atPath: folder("nginx"))
        try checkup.finds(
            "warning", "nginx", "\(folder("nginx")) cannot be read, so nginx was not checked",
            hint: "run bellpull check as root")
    }

    @Test func `reports that nginx passes nothing to Bellpull`() throws {
        let site = folder("nginx/sites-enabled/blog")
        try write(try text(of: site).replacing("include snippets", with: "#include snippets"), to: site)
        try checkup.finds(
            "error", "nginx", "no location passes requests to \(checkup.socket)",
            hint: "sed -i --follow-symlinks '/^[[:space:]]*server_name[[:space:]]*blog\\.example\\.com;/a include ")
    }

    @Test func `passes if nginx names the socket in an upstream block`() throws {
        try checkup.installNginx(("fastcgi_pass unix:\(checkup.socket);", "fastcgi_pass bellpull;"))
        let path = folder("nginx/conf.d/upstream.conf")
        try write("upstream bellpull { server unix:\(checkup.socket); }", to: path)
        try checkup.finds("ok", "nginx", "location ^~ /github/ passes requests to \(checkup.socket)", hint: nil)
    }

    @Test func `warns if nginx refuses large deliveries`() throws {
        try checkup.installNginx(("client_max_body_size      25m;", ""), ("client_max_body_size 25m;", ""))
        try checkup.finds(
            "warning", "nginx", "location ^~ /github/ rejects request bodies above 1m",
            hint: "set client_max_body_size 25m; in location ^~ /github/")
        // What a block says holds for those within it.
        let path = folder("nginx/conf.d/size.conf")
        try write("client_max_body_size 32M;", to: path)
        try checkup.finds("ok", "nginx", "location ^~ /github/ passes requests to ", hint: nil)
    }

    @Test func `warns if nginx does not wait for the answer`() throws {
        try checkup.installNginx(("fastcgi_read_timeout        30s;", "fastcgi_read_timeout 4;"))
        try checkup.finds(
            "warning", "nginx", "location ^~ /github/ times out after 4, but a reply takes up to 4.0 s",
            hint: "set fastcgi_read_timeout 24s; in location ^~ /github/")
    }

    @Test func `reports a missing log format`() throws {
        try FileManager.default.removeItem(atPath: folder("nginx/conf.d/bellpull-log.conf"))
        try checkup.finds(
            "error", "nginx", "the log format bellpull is not defined", hint: "install conf.d/bellpull-log.conf")
    }

    @Test func `warns if nginx logs in another format`() throws {
        try checkup.installNginx((" bellpull;", " combined;"))
        try checkup.finds(
            "warning", "nginx", "location ^~ /github/ does not log in the format bellpull",
            hint: "install conf.d/bellpull-log.conf")
    }

    // MARK: systemd

    @Test func `reports that the service may not write to the clone`() throws {
        let unit = folder("units/bellpull.service")
        try write("[Service]\nUser=root\nProtectSystem=strict\nReadWritePaths=/srv\n", to: unit)
        try checkup.finds(
            "error", "blog", "bellpull.service does not let bellpull write to \(clone.path)",
            hint: "mkdir -p /etc/systemd/system/bellpull.service.d && printf '%s\\n' '[Service]' "
                + "ReadWritePaths=-\(clone.path) >> /etc/systemd/system/bellpull.service.d/blog.conf && systemctl daemon-reload"
        )

        try write("[Service]\nReadWritePaths=-\(folder.path)\n", to: "\(unit).d/override.conf")
        try checkup.finds("ok", "systemd", "bellpull.service may write to the site", hint: nil)

        try write("[Service]\nReadWritePaths=\n", to: "\(unit).d/reset.conf")
        try checkup.finds("error", "blog", "bellpull.service does not let", hint: "mkdir -p")
    }

    @Test func `reports a service whose user does not exist`() throws {
        try write("[Service]\nUser=bellboy\n", to: folder("units/bellpull.service"))
        try checkup.finds(
            "error", "systemd", "bellpull.service runs as bellboy, but the user bellboy does not exist",
            hint: "useradd --system")
    }

    @Test func `passes if only the service has the secret`() throws {
        let unit = folder("units/bellpull.service")
        let idle = try IdleSocket(path: checkup.socket)
        defer { withExtendedLifetime(idle) {} }
        let changes: [String: String?] = ["GITHUB_SECRET": nil]
        try write("[Service]\n", to: unit)
        #expect(try checkup.results([], changes).wouldFail)

        try write("[Service]\nLoadCredential=secret:/etc/bellpull/secret\n", to: unit)
        #expect(try checkup.results([], changes).wouldFail == false)
    }

    // MARK: The secret

    @Test func `warns of a forge that signs with the previous secret`() throws {
        let changes: [String: String?] = [
            "GITHUB_SECRET": "the one that Alice made today", "GITHUB_SECRET_OLD": GitHubDelivery.secret,
        ]
        try checkup.finds(
            "ok", "secrets", "the previous secret of /github has never been used", hint: nil, with: changes)

        let bellpull = try Responder(
            ["--socket", checkup.socket],
            environment: checkup.environment.merging(changes.compactMapValues(\.self)) { $1 },
            logFile: folder("bellpull.log"))
        defer { bellpull.program.end() }
        let web = try WebServer(in: folder, root: clone.path, socket: checkup.socket)
        defer { web.end() }
        let delivery = try GitHubDelivery.push(of: try clone.head)
        let request = RawHTTP.request("POST", "/github", headers: delivery.headers, body: delivery.body)
        #expect(try RawHTTP(port: web.port, request).reply().status == 200)

        try checkup.finds(
            "warning", "secrets", "a forge still signs with the previous secret of /github, last ",
            hint: "set the current secret (the first line", with: changes)
    }

    private func start() throws -> Responder {
        try Responder(["--socket", checkup.socket], environment: checkup.environment, logFile: folder("bellpull.log"))
    }
}
