import Foundation
import TestSupport
import Testing
import Text

@testable import bellpull

@Suite(.onPlainThreads) struct `the administration of a server` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try Shell.run(
            "cd '\(folder.path)' && mkdir -p etc/sites state units && echo 'catch_up = \"0\"' >etc/bellpull.toml")
    }

    private var environment: [String: String] {
        ["STATE_DIRECTORY": folder("state"), "SYSTEMD_UNIT_PATH": folder("units"), "PATH": "/usr/bin:/bin"]
    }

    private func makeAdministration() throws -> Administration {
        try alone {
            try Administration(
                try ConfigurationOptions.parse(["--config", folder("etc/bellpull.toml")]), environment: environment)
        }
    }

    /// Runs `body`, which sets the user who deploys, and leaves the user of the other tests in this process alone.
    private func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
        try ServiceUser.$assumed.withValue(ServiceUser(name: "root"), operation: body)
    }

    @Test func `reads the configuration when nobody else can change it any more`() throws {
        let administration = try makeAdministration()
        #expect(administration.configuration.sites.isEmpty)
        _ = try Shell.run("echo 'path = \"/srv/blog\"' >'\(folder("etc/sites/blog.toml"))'")
        let names = try alone {
            try AdministrationLock.hold(administration) { $0.configuration.sites.map(\.name) }
        }
        #expect(names == ["blog"])
    }

    @Test func `removes the drafts of killed commands`() throws {
        let names = ["..blog.adding.new", ".blog.toml.new", ".notes"]
        for name in names { _ = try Shell.run("echo x >'\(folder("etc/sites"))/\(name)'") }
        try alone { try AdministrationLock.hold(try makeAdministration()) { _ in } }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("etc/sites")) == [".notes"])
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, who acts for another user"))
    func `acts for the owner of the state folder, also without a unit`() throws {
        #expect(try makeAdministration().account.name == "root")
        _ = try Shell.run("chown nobody: '\(folder("state"))'")
        #expect(try makeAdministration().account.name == "nobody")
        _ = try Shell.run("printf '[Service]\\nUser=daemon\\n' >'\(folder("units/bellpull.service"))'")
        #expect(try makeAdministration().account.name == "nobody")
        _ = try Shell.run("chown root: '\(folder("state"))'")
        #expect(try makeAdministration().account.name == "daemon")
    }
}
