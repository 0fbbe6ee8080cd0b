import Foundation
import TestSupport
import Testing

@Suite struct `bellpull check` {
    let checkup: Checkup
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository

    init() throws {
        checkup = try Checkup()
        (folder, forge, clone) = (checkup.folder, checkup.forge, checkup.clone)
    }

    @Test func `says that nothing keeps pushes from being deployed if all is well`() throws {
        let bellpull = try Responder(
            ["--socket", checkup.socket], environment: checkup.environment, logFile: folder("bellpull.log"))
        defer { bellpull.program.end() }

        let result = try checkup.run()

        #expect(result.ending == .exited(0))
        #expect(result.errors == "")
        let lines = result.output.split(separator: "\n")
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("ok ") }, "\(result.output)")
        #expect(lines.last == "nothing keeps pushes from being deployed")
        let site = "main of alice/blog, at \(try clone.head.prefix(6)), as the remote"
        #expect(lines.contains { $0.contains("blog           \(site)") }, "\(result.output)")
        #expect(!bellpull.log.contains("error"))
    }

    @Test func `prints aligned lines, and each hint on a line of its own`() throws {
        try clone.write("mine", to: "index.html")

        let lines = try checkup.run().output.split(separator: "\n")

        let index = try #require(lines.firstIndex { $0.hasPrefix("error    blog           \(clone.path) has local ") })
        #expect(lines[index + 1] == "                        hint: git -C \(clone.path) status; commit or restore them")
        #expect(lines.last == "pushes will not all be deployed, 1 error, 1 warning")
    }

    @Test func `changes nothing`() throws {
        try forge.push("second")
        let before = try clone.state

        let results = try checkup.results().all

        #expect(results.contains { $0.subject == "blog" && $0.severity == "warning" }, "the remote was not asked")
        #expect(try clone.state == before)
        #expect(try clone.git("rev-parse", "origin/main") == clone.head)
        #expect(!FileManager.default.fileExists(atPath: "\(clone.path)/.git/bellpull.lock"))
    }

    @Test func `checks a single site, and reports a site that does not exist`() throws {
        try write(#"path = "/nowhere""#, to: folder("sites/shop.toml"))

        #expect(try checkup.results(["blog"]).wouldFail == false)
        #expect(try checkup.results(["shop"]).wouldFail)
        try checkup.finds("error", "shpo", "there is no site shpo", hint: "the sites are: blog, shop", asking: ["shpo"])
    }

    // MARK: Configuration

    @Test func `reports every mistake in the files, and checks the correct files all the same`() throws {
        try write("brnach = \"main\"\npath = \"blog\"", to: folder("sites/shop.toml"))
        let place = folder("sites/shop.toml")
        try checkup.finds("error", "configuration", "\(place):1: there is no key brnach here", hint: "")
        try checkup.finds("error", "configuration", "\(place):2: path is blog, which is not ", hint: "path = ")
        try checkup.finds("ok", "blog", "main of alice/blog", hint: nil)
    }

    @Test func `explains how to check with the variables of the service`() throws {
        let path = folder("environment")
        try write("# for systemd\nGITHUB_SECRET=\(GitHubDelivery.secret)\n", to: path)
        try checkup.finds(
            "error", "configuration", "\(folder("sites/blog.toml")): there is no secret", hint: "",
            with: ["GITHUB_SECRET": nil])
        try checkup.finds(
            "warning", "configuration", "GITHUB_SECRET of \(path)",
            hint: "(set -a; . \(path); bellpull check)", with: ["GITHUB_SECRET": nil])
        #expect(try checkup.results().wouldFail == false)
    }

    @Test func `warns that a shell cannot see a credential, without an error`() throws {
        try write(#"secret_file = "hook""#, to: folder("bellpull.toml"))
        let changes: [String: String?] = ["GITHUB_SECRET": nil]
        try checkup.finds(
            "warning", "configuration", "\(folder("bellpull.toml")):1: secret_file names a credential",
            hint: "LoadCredential=hook:/PATH", with: changes)
        #expect(try checkup.results([], changes).wouldFail == false)
    }

    @Test(.enabled(if: getuid() == 0, "only root becomes another user"))
    func `reports a secret that only root can read`() throws {
        try write(GitHubDelivery.secret, to: folder("secret"))
        #expect(chmod(folder("secret"), 0o600) == 0)
        try write("secret_file = \"\(folder("secret"))\"", to: folder("bellpull.toml"))
        #expect(try checkup.results().wouldFail == false)

        // Bellpull runs as the owner of the state directory.
        try checkup.giveEverythingToNobody()

        try checkup.finds(
            "error", "configuration",
            "\(folder("bellpull.toml")):1: the secret file \(folder("secret")) cannot be read by nobody",
            hint: "chgrp nobody \(folder("secret")) and chmod 640, or LoadCredential=")
    }

    // MARK: Git and the ledger

    @Test func `reports that git is missing`() throws {
        try checkup.finds(
            "error", "git", "there is no git in PATH", hint: "apt-get install git", with: ["PATH": "/nonexistent"])
    }

    @Test func `warns of a program named git that is not git`() throws {
        try FileManager.default.createDirectory(atPath: folder("bin"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder("bin/git"), withDestinationPath: "/bin/echo")
        try checkup.finds(
            "warning", "git", "its version cannot be told", hint: "git version; is it git",
            with: ["PATH": folder("bin")])
    }

    @Test func `reports a damaged ledger`() throws {
        try write("not SQLite, but of some length all the same", to: folder("state/ledger.sqlite"))
        let path = folder("state/ledger.sqlite")
        try checkup.finds("error", "ledger", "\(path) is damaged", hint: "mv \(path) \(path).broken")
    }

    @Test func `warns of a missing state directory, and does not make the directory`() throws {
        let path = folder("nowhere")
        try checkup.finds(
            "warning", "ledger", "\(path) does not exist yet", hint: "bellpull serve makes it",
            with: ["STATE_DIRECTORY": path])
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(.enabled(if: getuid() == 0, "only root mounts a disk"))
    func `reports a full disk and a read-only disk`() throws {
        let state = folder("state")
        let environment = Repository.environment(home: "/nonexistent")
        let mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", state]
        try #require(try Program.run(mount, environment: environment).ending == .exited(0))
        defer { _ = try? Program.run(["umount", "--lazy", state], environment: environment) }
        try checkup.finds("error", "ledger", "the disk with \(state) has only ", hint: "make room")

        _ = try Program.run(["mount", "-o", "remount,ro", state], environment: environment)
        try checkup.finds("error", "ledger", "the disk with \(state) is read-only", hint: "mount -o remount,rw")
    }

    @Test(.enabled(if: getuid() == 0, "only root becomes another user"))
    func `tells another user to check as root or as the owner of the ledger`() throws {
        #expect(chown(folder("state"), 1, 1) == 0 && chmod(folder.path, 0o755) == 0)
        // The user nobody may have no access to the build folder.
        let copy = folder("bellpull")
        _ = try Program.run(["cp", try Responder.executable, copy], environment: checkup.environment)
        let variables = checkup.environment.map { "\($0.key)=\($0.value)" }

        let result = try Program.run(
            ["setpriv", "--reuid=65534", "--clear-groups", "env"] + variables + [copy, "check"],
            environment: checkup.environment)

        #expect(result.ending == .exited(1))
        #expect(result.output.contains("\(folder("state")) belongs to daemon, and nobody cannot write there"))
        #expect(result.output.contains("hint: run bellpull check as root or as daemon"))
        #expect(!result.output.contains("chown"))
    }
}
