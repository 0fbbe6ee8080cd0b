import Foundation
import TestSupport
import Testing

@testable import bellpull

@Suite struct `the state directory` {
    @Test func `is the one that systemd sets`() {
        let state = StateDirectory(environment: ["STATE_DIRECTORY": "/srv/state"])
        #expect(state.path == "/srv/state")
        #expect(state.ledgerPath == "/srv/state/ledger.sqlite")
    }

    @Test func `is the first of several`() {
        #expect(StateDirectory(environment: ["STATE_DIRECTORY": "/a:/b"]).path == "/a")
    }

    @Test(
        .enabled(if: geteuid() == 0, "another user has a folder of her own"), arguments: [[:], ["STATE_DIRECTORY": ""]])
    func `is the system's for root`(environment: [String: String]) {
        let environment = environment.merging(["XDG_STATE_HOME": "/srv/xdg"]) { $1 }
        #expect(StateDirectory(environment: environment).path == "/var/lib/bellpull")
    }

    @Test(
        .enabled(if: access("/var/lib/bellpull", F_OK) != 0, "the system's folder has precedence"),
        arguments: ["/srv/xdg", nil])
    func `is the user's own where the system has none`(xdg: String?) throws {
        let files = try FileTree()
        #expect(chmod(files.path, 0o755) == 0)
        // Another user may not see the folder of the build. A process of its own copies: a command that another thread starts
        // meanwhile would hold the copy open for writing, and nobody could run it (ETXTBSY).
        _ = try Shell.run("cp \(try BuiltProgram.path) \(files("bellpull"))")
        let user = geteuid() == 0 ? getpwnam("nobody").pointee : getpwuid(geteuid()).pointee
        let switching = geteuid() == 0 ? "setpriv --reuid=\(user.pw_uid) --clear-groups" : ""
        let variable = xdg.map { "XDG_STATE_HOME=\($0)" } ?? ""
        let folder = xdg ?? "\(String(cString: user.pw_dir))/.local/state"

        let check = try Shell.run("\(switching) env \(variable) \(files("bellpull")) check")

        #expect(check.output.contains("\(folder)/bellpull does not exist"), "\(check)")
    }

    @Test func `is created for writing alone, and for its owner alone`() throws {
        let files = try FileTree()
        let state = StateDirectory(environment: ["STATE_DIRECTORY": files("a/b")])
        #expect(!FileManager.default.fileExists(atPath: state.path))
        #expect(state.store().path == files("a/b/ledger.sqlite"))
        #expect(try state.ledger().latestDeployments().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: state.path), "reading creates nothing")
        state.create()
        let attributes = try FileManager.default.attributesOfItem(atPath: state.path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }
}
