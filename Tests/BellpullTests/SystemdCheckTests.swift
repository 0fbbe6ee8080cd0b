import Configuration
import Testing

@testable import bellpull

@Suite struct `the check of systemd's unit` {
    let files: FileTree

    init() throws { files = try FileTree() }

    private func check(_ unit: String) throws -> SystemdCheck {
        try files.write(unit, to: "bellpull.service")
        let unit = SystemdUnit("bellpull.service", environment: ["SYSTEMD_UNIT_PATH": files.path])
        return SystemdCheck(try #require(unit))
    }

    /// Checks `unit` for a site in each of `paths`.
    private func results(_ unit: String, paths: [String]) throws -> [CheckResult] {
        for (index, path) in paths.enumerated() { try files.write("path = \"\(path)\"", to: "sites/s\(index).toml") }
        let source = ConfigurationSource(
            environment: ["GITHUB_SECRET": "an example of a secret"], fallbackMainFile: files("bellpull.toml"))
        let sites = Configuration.loadCollectingIssues(source).configuration.sites
        try #require(sites.count == paths.count)
        return try check(unit).results(of: sites)
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
        #expect(results.map(\.severity) == [.warning])
        #expect(results.first?.hint?.contains("add [Service] ReadWritePaths=\(path), then") == true)
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
}
