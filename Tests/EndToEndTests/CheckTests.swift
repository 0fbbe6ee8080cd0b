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
        let checkup = try Checkup(listens: false)
        let (folder, clone) = (checkup.folder, checkup.clone)
        let bellpull = try Responder(
            ["--socket", checkup.socket], environment: checkup.environment, logFile: folder("bellpull.log"))
        defer { bellpull.program.end() }

        let result = try checkup.run()

        #expect(result.ending == .exited(0))
        #expect(result.errors == "")
        let lines = result.output.split(separator: "\n")
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("ok ") }, "\(result.output)")
        #expect(lines.last == "nothing blocks deployments")
        let site = "main of alice/blog, at \(try clone.head.prefix(6)), up to date"
        #expect(lines.contains { $0.contains("blog           \(site)") }, "\(result.output)")
        #expect(!bellpull.log.contains("error"))
    }

    @Test func `prints aligned lines, and each hint on a line of its own`() throws {
        try clone.write("mine", to: "index.html")

        let lines = try checkup.run().output.split(separator: "\n")

        let index = try #require(lines.firstIndex { $0.hasPrefix("error    blog           \(clone.path) has local ") })
        #expect(
            lines[index + 1]
                == "                        hint: \(Pasted.git) -C \(clone.path) stash  # puts the changes aside; "
                + "to look at them first: \(Pasted.git) -C \(clone.path) diff HEAD")
        #expect(lines.last == "some deployments are blocked, 1 error")
    }

    @Test(arguments: [false, true])
    func `leaves all files and folders as they are`(hasLedger: Bool) throws {
        if hasLedger {
            let deploy = try Program.run(
                [try BuiltProgram.path, "deploy", "blog"], environment: checkup.environment)
            try #require(deploy.ending == .exited(0), "\(deploy.errors)")
            try #require(FileManager.default.fileExists(atPath: folder("state/ledger.sqlite")))
            for name in ["wal", "shm"] { unlink(folder("state/ledger.sqlite-\(name)")) }
        }
        try forge.push("second")
        try write(" ", to: folder("sites/shop.conf"))
        let snapshot = "find \(folder.path) -printf '%p %T@ %C@ %s %m %U %G\\n' | sort"
        let before = try Shell.run(snapshot).output

        for arguments in [[], ["--offline"]] { _ = try checkup.results(arguments) }

        #expect(try Shell.run(snapshot).output == before)
        #expect(before.contains("ledger.sqlite ") == hasLedger)
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
        try checkup.finds(
            "error", "shpo", "site shpo is not configured", hint: "configured sites: blog, shop", asking: ["shpo"])
    }

    // MARK: Configuration

    @Test func `reports every mistake in the files, and checks the correct files all the same`() throws {
        try write("brnach = \"main\"\npath = \"blog\"", to: folder("sites/shop.toml"))
        let place = folder("sites/shop.toml")
        try checkup.finds("error", "configuration", "\(place):1: unknown key brnach", hint: "")
        try checkup.finds("error", "configuration", "\(place):2: path is not an absolute path: blog", hint: "path = ")
        try checkup.finds("ok", "blog", "main of alice/blog", hint: nil)
    }

    @Test func `reads the variables of the service`() throws {
        try checkup.finds(
            "error", "configuration", "\(folder("sites/blog.toml")): site blog has no secret", hint: "",
            with: ["GITHUB_SECRET": nil])
        try write("# for systemd\nGITHUB_SECRET='\(GitHubDelivery.secret)'\n", to: folder("environment"))
        #expect(try checkup.results([], ["GITHUB_SECRET": nil]).wouldFail == false)
    }

    @Test func `warns of a secret in the environment that the main file replaces`() throws {
        try write(GitHubDelivery.secret, to: folder("secret"))
        try write("secret_file = \"\(folder("secret"))\"", to: folder("bellpull.toml"))
        let message = "GITHUB_SECRET is set, but bellpull uses secret_file of \(folder("bellpull.toml")) instead"
        try checkup.finds("warning", "configuration", message, hint: "unset GITHUB_SECRET")

        try write("A=b\n GITHUB_SECRET=x\nGITHUB_SECRET_OLD=y\nGITHUB_SECRETS=z\n", to: folder("environment"))
        let changes: [String: String?] = ["GITHUB_SECRET": nil]
        let hint = #"sed -i '/^ *GITHUB_SECRET\(_OLD\)\? *=/d' "# + folder("environment")
        try checkup.finds("warning", "configuration", message, hint: "\(hint) && systemctl", with: changes)
        _ = try Shell.run(hint)
        #expect(try text(of: folder("environment")) == "A=b\nGITHUB_SECRETS=z\n")
        #expect(try !checkup.results([], changes).all.contains { $0.message.contains("GITHUB_SECRET") })
    }

    @Test func `warns of a file that looks like a site and is none`() throws {
        try write("", to: folder("sites/shop.conf"))
        try checkup.finds(
            "warning", "configuration",
            "\(folder("sites/shop.conf")) is ignored, because its name does not end in .toml",
            hint: "mv -n \(folder("sites/shop.conf")) \(folder("sites/shop.toml"))")
        for name in ["www.example.org", "www.example.org.TOML"] {
            try write("", to: folder("sites/\(name)"))
            try checkup.finds(
                "warning", "configuration", "\(folder("sites/\(name)")) is ignored",
                hint: "mv -n \(folder("sites/\(name)")) \(folder("sites/www.example.org.toml"))")
        }
    }

    @Test func `looks at files alone if asked to`() throws {
        try forge.vanish()
        try checkup.answer("HTTP/1.1 502 Bad Gateway")
        let changes: [String: String?] = ["PATH": "/nonexistent"]
        #expect(try checkup.results([]).wouldFail)
        let offline = try checkup.results(["--offline"], changes)
        #expect(!offline.wouldFail)
        #expect(offline.all.map(\.subject) == ["configuration", "nginx"])

        try write("brnach = 1\npath = \"\(folder("shop"))\"", to: folder("sites/shop.toml"))
        try FileManager.default.removeItem(atPath: "\(clone.path)/.git")
        let place = folder("sites/shop.toml")
        let asked = ["--offline"]
        try checkup.finds("error", "configuration", "\(place):1: unknown key brnach", hint: "", asking: asked)
        try checkup.finds("error", "blog", "\(clone.path) is not a git clone", hint: "mv ", asking: asked)
    }

    @Test func `warns that a shell cannot see a credential, without an error`() throws {
        try write(#"secret_file = "hook""#, to: folder("bellpull.toml"))
        let changes: [String: String?] = ["GITHUB_SECRET": nil]
        try checkup.finds(
            "warning", "configuration", "\(folder("bellpull.toml")):1: secret_file names a credential",
            hint: "bellpull.service needs LoadCredential=NAME:/PATH: systemctl cat bellpull", with: changes)
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
            hint: "chgrp nogroup \(folder("secret")) && chmod 640 \(folder("secret"))")
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
            "warning", "git", "git does not report a version", hint: "command -v git; git version",
            with: ["PATH": folder("bin")])
    }

    @Test func `reports a damaged ledger`() throws {
        try write("not SQLite, but of some length all the same", to: folder("state/ledger.sqlite"))
        let path = folder("state/ledger.sqlite")
        try checkup.finds("error", "ledger", "\(path) is damaged", hint: "mv \(path) \(path).broken")
    }

    @Test func `reports a ledger with the tables of another program`() throws {
        let path = folder("state/ledger.sqlite")
        _ = try Shell.run("sqlite3 \(path) 'CREATE TABLE delivery (address TEXT)'")
        try checkup.finds("error", "ledger", "\(path) is not a ledger", hint: "mv \(path) \(path).broken")
    }

    @Test func `reports a ledger that another program keeps locked`() throws {
        let path = folder("state/ledger.sqlite")
        let deploy = try Program.run([try BuiltProgram.path, "deploy", "blog"], environment: checkup.environment)
        try #require(deploy.ending == .exited(0))
        try checkup.finds("ok", "ledger", path, hint: nil)
        let script = """
            import sqlite3, time
            connection = sqlite3.connect("\(path)", isolation_level=None)
            connection.execute("BEGIN IMMEDIATE")
            print("held", flush=True)
            time.sleep(30)
            """
        let holder = try Program(["python3", "-c", script], environment: checkup.environment, output: folder("held"))
        defer { holder.end() }
        try #require(Observation.eventually { (try? text(of: folder("held"))) == "held\n" })
        try checkup.finds("error", "ledger", "\(path) is locked by another program", hint: "fuser -v \(path)")
    }

    @Test func `warns of a missing state directory, and does not make the directory`() throws {
        let path = folder("nowhere")
        try checkup.finds(
            "warning", "ledger", "\(path) does not exist yet", hint: "systemctl start bellpull",
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
        try checkup.finds("error", "ledger", "the file system of \(state) has only ", hint: "df -h \(state)")

        _ = try Program.run(["mount", "-o", "remount,ro", state], environment: environment)
        try checkup.finds(
            "error", "ledger", "the file system of \(state) is read-only", hint: "dmesg; mount -o remount,rw")
    }

    @Test(.enabled(if: getuid() == 0, "only root becomes another user"))
    func `tells another user to check as root or as the owner of the ledger`() throws {
        #expect(chown(folder("state"), 1, 1) == 0 && chmod(folder.path, 0o755) == 0)
        // The user nobody may have no access to the build folder.
        let copy = folder("bellpull")
        _ = try Program.run(["cp", try BuiltProgram.path, copy], environment: checkup.environment)
        let variables = checkup.environment.map { "\($0.key)=\($0.value)" }

        let result = try Program.run(
            ["setpriv", "--reuid=65534", "--clear-groups", "env"] + variables + [copy, "check"],
            environment: checkup.environment)

        #expect(result.ending == .exited(1))
        #expect(result.output.contains("\(folder("state")) belongs to daemon, and nobody cannot write to the folder"))
        let offline = try Program.run(
            ["setpriv", "--reuid=65534", "--clear-groups", "env"] + variables + [copy, "check", "--offline"],
            environment: checkup.environment)
        #expect(offline.output.contains("daemon deploys the sites, so they were not checked for nobody"))
        #expect(!offline.output.contains("chown"))
        #expect(result.output.contains("hint: run bellpull check as root or as daemon"))
        #expect(!result.output.contains("chown"))
    }
}
