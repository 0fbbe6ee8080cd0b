import Configuration
import Synchronization
import Testing

@testable import bellpull

@Suite struct `the check of systemd's unit` {
    let files: FileTree

    init() throws { files = try FileTree() }

    private func check(_ unit: String) throws -> SystemdCheck {
        try files.write(unit, to: "bellpull.service")
        let unit: SystemdUnit = try #require(
            SystemdUnit("bellpull.service", environment: ["SYSTEMD_UNIT_PATH": files.path]))
        return SystemdCheck(unit, nil)
    }

    /// Checks `unit` for a site in each of `paths`.
    private func results(
        _ unit: String, paths: [String], state: String? = nil, drain: Duration = .seconds(10)
    ) throws -> [CheckResult] {
        for (index, path) in paths.enumerated() { try files.write("path = \"\(path)\"", to: "sites/s\(index).toml") }
        let source = ConfigurationSource(
            environment: ["GITHUB_SECRET": "an example of a secret"], fallbackMainFile: files("bellpull.toml"))
        let sites = Configuration.loadCollectingIssues(source).configuration.sites
        try #require(sites.count == paths.count)
        let systemd = state.map { text in Systemd { _ in text } }
        return SystemdCheck(try check(unit).unit, systemd).results(of: sites, drain: drain)
    }

    private let strict = "ProtectSystem=strict\nReadWritePaths=-/srv +/var/www\n"

    @Test(arguments: [["/srv/blog"], ["/srv"], ["/srv/a", "/var/www/b"]])
    func `finds no problem with writable sites`(paths: [String]) throws {
        let sites = paths.count == 1 ? "the site" : "all sites"
        #expect(try results(strict, paths: paths).map(\.message) == ["bellpull.service may write to \(sites)"])
    }

    @Test(arguments: ["/srvother/blog", "/opt/blog"])
    func `names a site outside the writable folders`(path: String) throws {
        let results = try results(strict, paths: ["/srv/blog", path])
        #expect(results.map(\.subject) == ["s1"])
        #expect(results.map(\.severity) == [.error])
        #expect(
            results.first?.hint
                == "mkdir -p /etc/systemd/system/bellpull.service.d && "
                + "printf '%s\\n' '[Service]' ReadWritePaths=-\(path) >> /etc/systemd/system/bellpull.service.d/s1.conf && "
                + "systemctl daemon-reload && systemctl restart bellpull")
    }

    @Test func `names a site that ProtectHome hides, even if its folder is writable`() throws {
        let unit = "ProtectHome=read-only\nReadWritePaths=/home\n"
        let results = try results(unit, paths: ["/home/alice/blog"])
        #expect(
            results.map(\.message) == [
                "bellpull.service hides /home/alice/blog from bellpull (ProtectHome)"
            ])
        #expect(try self.results("ProtectHome=no\n", paths: ["/home/alice/blog"]).map(\.severity) == [.ok])
    }

    @Test func `names a missing user, unless systemd makes the user`() throws {
        let unit = "User=no-such-user\n"
        #expect(
            try results(unit, paths: ["/srv/blog"]).map(\.message) == [
                "bellpull.service runs as no-such-user, but the user no-such-user does not exist"
            ])
        #expect(try results(unit + "DynamicUser=yes\n", paths: ["/srv/blog"]).map(\.severity) == [.ok])
    }

    @Test func `knows the user and the credentials of the service`() throws {
        let check = try check(
            "User=x\nUser=bellpull\nLoadCredential=a:/etc/a\nSetCredential=b:secret\nLoadCredential=c\n")
        #expect(check.user == "bellpull")
        #expect(check.credentials == ["a", "b", "c"])
    }

    // MARK: In force. The outputs are those of `systemctl show` of systemd 252 with the properties that Bellpull asks for.

    private let running = """
        Id=bellpull.service
        LoadState=loaded
        ActiveState=active
        SubState=running
        Result=success
        ExecMainStatus=0
        MainPID=0
        NeedDaemonReload=no
        UnitFileState=enabled
        User=bellpull
        ProtectSystem=strict
        ProtectHome=yes
        ReadWritePaths=/srv
        TimeoutStopUSec=15s

        """

    private let listening = """

        Id=bellpull.socket
        LoadState=loaded
        ActiveState=active
        SubState=running
        Result=success
        NeedDaemonReload=no
        UnitFileState=enabled

        """

    private func states(_ changes: [(String, String)], socket: [(String, String)] = []) -> String {
        changes.reduce(running) { $0.replacing($1.0, with: $1.1) }
            + socket.reduce(listening) { $0.replacing($1.0, with: $1.1) }
    }

    private func problems(_ changes: [(String, String)], socket: [(String, String)] = []) throws -> [CheckResult] {
        try results(strict, paths: ["/srv/blog"], state: states(changes, socket: socket)).filter { $0.severity != .ok }
    }

    @Test func `finds no problem with a running service`() throws {
        #expect(try problems([]).isEmpty)
        let all = try results(strict, paths: ["/srv/blog"], state: states([]))
        #expect(all.map(\.message) == ["bellpull.service runs", "bellpull.service may write to the site"])
    }

    @Test(arguments: [
        ("failed", "failed", "exit-code", "78", "has failed (exit status 78: the configuration is wrong)"),
        ("failed", "failed", "exit-code", "226", "has failed (exit status 226: a folder in ReadWritePaths is missing)"),
        ("failed", "failed", "exit-code", "1", "has failed (exit status 1)"),
        ("failed", "failed", "start-limit-hit", "0", "has failed (start-limit-hit)"),
        ("activating", "auto-restart", "exit-code", "203", "ends again and again (exit status 203: the program "),
        ("activating", "auto-restart", "core-dump", "11", "ends again and again (core-dump)"),
    ])
    func `names the reason why the service does not run`(
        active: String, sub: String, result: String, status: String, fact: String
    ) throws {
        let found = try problems([
            ("ActiveState=active", "ActiveState=\(active)"), ("SubState=running", "SubState=\(sub)"),
            ("Result=success", "Result=\(result)"), ("ExecMainStatus=0", "ExecMainStatus=\(status)"),
        ])
        #expect(found.map(\.severity) == [.error])
        #expect(found.first?.message.hasPrefix("bellpull.service \(fact)") == true)
        #expect(found.first?.hint?.contains("systemctl restart bellpull") == true)
    }

    @Test func `remembers a failure while the check itself starts the service`() {
        let failed = states([
            ("ActiveState=active", "ActiveState=failed"), ("Result=success", "Result=exit-code"),
            ("ExecMainStatus=0", "ExecMainStatus=78"),
        ])
        let starting = states([
            ("ActiveState=active", "ActiveState=activating"), ("SubState=running", "SubState=start"),
        ])
        func severities(_ first: String, _ second: String) -> [CheckResult.Severity] {
            let answers = Mutex([first, second])
            let systemd = Systemd { _ in answers.withLock { $0.removeFirst() } }
            return SystemdCheck(nil, systemd).results(of: [], drain: .zero).map(\.severity)
        }
        #expect(severities(failed, starting) == [.error])
        #expect(severities(failed, states([])) == [.ok])
        #expect(severities(starting, starting) == [.ok])
        #expect(severities(states([]), failed) == [.error])
    }

    @Test func `tells a stopped service from one that the next delivery starts`() throws {
        let stopped = [("ActiveState=active", "ActiveState=inactive"), ("SubState=running", "SubState=dead")]
        #expect(try problems(stopped).map(\.severity) == [.warning])
        let both = try problems(stopped, socket: stopped)
        #expect(both.map(\.severity) == [.error, .error])
        #expect(both.allSatisfy { $0.hint?.hasPrefix("systemctl stop bellpull; systemctl reset-failed ") == true })
    }

    @Test func `names a socket that is gone while the service runs`() throws {
        let failed = try problems(
            [],
            socket: [
                ("ActiveState=active", "ActiveState=failed"), ("Result=success", "Result=trigger-limit-hit"),
            ])
        #expect(
            failed.map(\.message) == [
                "bellpull.socket has failed (trigger-limit-hit), so the web server cannot reach bellpull"
            ])
    }

    @Test(arguments: [("masked", "bellpull.service is masked"), ("bad-setting", "systemd refuses the files of bell")])
    func `names a unit that systemd does not load`(state: String, fact: String) throws {
        let found = try problems([("LoadState=loaded", "LoadState=\(state)")])
        #expect(found.map(\.severity) == [.error])
        #expect(found.first?.message.hasPrefix(fact) == true)
    }

    @Test func `says nothing where systemd knows no service, and little where systemd does not answer`() throws {
        let absent = "Id=bellpull.service\nLoadState=not-found\n\nId=bellpull.socket\nLoadState=not-found\n"
        let check = SystemdCheck(nil, Systemd { _ in absent })
        #expect(check.results(of: [], drain: .seconds(10)).isEmpty)
        let silent = SystemdCheck(nil, Systemd { _ in nil }).results(of: [], drain: .seconds(10))
        #expect(silent.map(\.severity) == [.warning])
    }

    @Test func `believes what is in force, and not the files`() throws {
        let written = "ProtectSystem=strict\nReadWritePaths=/srv /opt\n"
        let found = try results(
            written, paths: ["/opt/blog"], state: states([("NeedDaemonReload=no", "NeedDaemonReload=yes")]))
        #expect(found.map(\.severity) == [.warning, .error])
        #expect(
            found.map(\.message) == [
                "the files of bellpull.service have changed since systemd read them",
                "bellpull.service does not let bellpull write to /opt/blog (ProtectSystem=strict), as its unit has changed "
                    + "since the start",
            ])
        #expect(found.allSatisfy { $0.hint == "systemctl daemon-reload && systemctl restart bellpull" })
    }

    @Test func `warns if systemd kills the service before the drain is over`() throws {
        let found = try results(strict, paths: ["/srv/blog"], state: states([]), drain: .seconds(60))
            .filter { $0.severity != .ok }
        #expect(found.map(\.severity) == [.warning])
        #expect(found.first?.message.contains("systemd kills bellpull.service after 15s (TimeoutStopSec)") == true)
        #expect(found.first?.hint?.contains("TimeoutStopSec=65s") == true)
        let infinite = states([("TimeoutStopUSec=15s", "TimeoutStopUSec=infinity")])
        #expect(
            try results(strict, paths: ["/srv/blog"], state: infinite, drain: .seconds(60)).allSatisfy {
                $0.severity == .ok
            })
    }
}
