import Foundation
import TestSupport
import Testing

@Suite struct `a command at the terminal` {
    private func json(_ result: Program.Result) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    }

    @Test func `deploys a site, with the service running and without it`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        for isRunning in [false, true] {
            if isRunning { try server.start() }
            let commit = try server.forge.push("running: \(isRunning)")
            let result = try server.command("deploy", "blog")
            #expect(result.ending == .exited(0))
            #expect(result.output.hasPrefix("deployed \(commit.prefix(6)) in "))
            #expect(result.errors.contains("Fast-forward") || result.errors.contains("main"))
            #expect(try server.site("blog").head == commit)
        }
        let again = try server.command("deploy", "blog", "--json")
        let record = try #require(try json(again) as? [String: Any])
        #expect(record["state"] as? String == "unchanged")
        #expect(record["cause"] as? String == "command")
    }

    @Test func `explains why a deployment failed, and what to do`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        try server.site("blog").write("edited", to: "index.html")
        try server.forge.push("second")

        let result = try server.command("deploy", "blog")

        #expect(result.ending == .exited(1))
        #expect(result.errors.contains("bellpull: error: the clone has local changes"))
        #expect(result.errors.contains("bellpull: hint: \(Pasted.git) -C \(server.folder("sites/blog")) stash"))
        let log = try server.command("log", "1")
        #expect(log.output.contains("state      failed") && log.output.contains("reason     the clone has local"))
        #expect(try server.command("status").output.contains("failed"))
    }

    @Test func `lists deployments in aligned columns, and without colours in a file`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"", "copy": "branch = \"main\""])
        let commit = try server.forge.push("second")
        _ = try server.post(.push(of: commit))

        let status = try server.command("status")
        let lines = status.output.split(separator: "\n")
        #expect(lines.map { $0.prefix { $0 != " " } } == ["SITE", "blog", "copy"])
        let columns = lines.compactMap { $0.firstRange(of: commit.prefix(6))?.lowerBound.utf16Offset(in: $0) }
        #expect(columns.count == 2 && Set(columns).count == 1, "\(status.output)")
        #expect(!status.output.contains("\u{1b}"))
        let history = try server.command("history", "copy", "--json")
        let records = try #require(try json(history) as? [[String: Any]])
        #expect(records.map { $0["commit"] as? String } == [commit])
        #expect(records.map { $0["deliveries"] as? Int } == [1])
        let id = try #require(records.first?["id"] as? Int)
        #expect(try server.command("log", "\(id)").output.contains("origin/main"))
    }

    @Test func `names the configured sites if asked for another`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        let deploy = try server.command("deploy", "blob")
        #expect(deploy.ending == .exited(1))
        #expect(
            deploy.errors == "bellpull: error: site blob is not configured\nbellpull: hint: did you mean blog?\n")
        for command in ["deploy", "history", "log"] {
            let other = try server.command(command, "shop")
            #expect(other.ending == .exited(1))
            #expect(
                other.errors
                    == "bellpull: error: site shop is not configured\nbellpull: hint: configured sites: blog\n")
        }
        #expect(try server.command("log", "7").ending == .exited(1))
        #expect(try server.command("history", "--limit", "0").ending == .exited(64))
        #expect(try server.command("history").output == "nothing has been deployed yet\n")
        #expect(try server.command("history", "blog").output == "blog has never been deployed\n")
        #expect(try server.command("log").errors.hasPrefix("bellpull: error: nothing has been deployed yet\n"))
    }

    @Test func `is suggested if its name is misspelt`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        let result = try server.command("stauts")
        #expect(result.ending == .exited(64))
        #expect(
            result.errors
                == "bellpull: error: unknown command 'stauts'\nbellpull: hint: did you mean bellpull status?\n")
        #expect(try server.command("frobnicate").errors.hasSuffix("bellpull: hint: bellpull --help\n"))
    }

    @Test func `tells its version in three ways, and helps`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        let versions = try [["--version"], ["version"], ["status", "--version"]].map {
            try Program.run([try BuiltProgram.path] + $0, environment: Repository.environment(home: "/nonexistent"))
        }
        #expect(Set(versions.map(\.output)).count == 1 && versions.allSatisfy { $0.ending == .exited(0) })
        for option in ["-h", "--help", "help"] {
            #expect(try server.command(option).output.contains("SUBCOMMANDS:"))
        }
        let shown = try Program.run(
            ["script", "--quiet", "--command", try BuiltProgram.path, "/dev/null"],
            environment: Repository.environment(home: server.folder.path))
        #expect(shown.output.contains("SUBCOMMANDS:"), "bellpull alone at a terminal")
    }

    @Test(arguments: ["status", "history", "log", "check"])
    func `fails if its output cannot be written`(_ command: String) throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        try server.forge.push("second")
        #expect(try server.command("deploy", "blog").ending == .exited(0))
        let program = "exec '\(try BuiltProgram.path)' \(command)"
        let environment = server.environment
        let full = try Program.run(["sh", "-c", "\(program) > /dev/full"], environment: environment)
        #expect(full.ending == .exited(1))
        #expect(full.errors.hasSuffix("bellpull: error: cannot write the output: No space left on device\n"))
        let closed = try Program.run(
            ["sh", "-c", "{ (\(program)); echo $? >&2; } | :"], environment: environment)
        #expect(closed.errors == "1\n")
    }

    @Test func `shows the last deployment, of all sites or of one`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"", "copy": "branch = \"main\""], started: false)
        for site in ["copy", "blog"] { #expect(try server.command("deploy", site).ending == .exited(0)) }
        #expect(try server.command("log").output.contains("site       blog\n"))
        #expect(try server.command("log", "copy").output.contains("site       copy\n"))
        #expect(try server.command("log", "1").output.contains("site       copy\n"))
        #expect(try server.command("log", "--follow", "1").ending == .exited(64))
    }

    @Test func `follows the deployments of a site`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"", "copy": "branch = \"main\""], started: false)
        #expect(try server.command("deploy", "blog").ending == .exited(0))
        let log = server.folder("followed")
        let program = try Program(
            [try BuiltProgram.path, "log", "-f", "blog"], environment: server.environment, output: log)
        #expect(try Observation.eventually { try text(of: log).contains("deployment 1\n") })
        #expect(try server.command("deploy", "copy").ending == .exited(0))
        try server.forge.push("second")
        #expect(try server.command("deploy", "blog").ending == .exited(0))
        #expect(try Observation.eventually { try text(of: log).contains("deployment 3\n") })
        #expect(program.isRunning)
        #expect(try !text(of: log).contains("deployment 2\n"))
    }

    @Test func `says that it waits for a running deployment, and withdraws on Ctrl-C`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        let ssh = try FakeSSH(in: server.folder)
        try server.site("blog").git("remote", "set-url", "origin", FakeSSH.url)
        try ssh.isUsed(by: server.site("blog"))
        try ssh.hang()
        let commit = try server.forge.push("second")
        let executable = try BuiltProgram.path
        let first = try Program(
            [executable, "deploy", "blog"], environment: server.environment, output: server.folder("first"))
        _ = try ssh.group()
        let second = try Program(
            [executable, "deploy", "blog"], environment: server.environment, output: server.folder("second"))
        #expect(
            try Observation.eventually {
                try text(of: server.folder("second")).contains("waiting for the running deployment of blog")
            })
        second.signal(SIGINT)
        #expect(second.ending(within: .seconds(5)) == .exited(1))
        #expect(try text(of: server.folder("second")).contains("cancelled"))
        #expect(try server.ledger("SELECT state FROM deployment ORDER BY id") == ["running", "failed"])
        try ssh.goOn()
        #expect(first.ending(within: .seconds(10)) == .exited(0))
        #expect(try server.site("blog").head == commit)
        #expect(try server.ledger("SELECT state FROM deployment ORDER BY id") == ["deployed", "failed"])
    }

    @Test func `shows what a site follows also if the configuration does not say so`() throws {
        let server = try ConfiguredServer(["blog": ""], started: false)
        #expect(try server.command("status").output.contains("blog  main"))
    }

    @Test func `completes the names of sites`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"", "shop": "branch = \"main\""], started: false)
        for shell in ["bash", "zsh", "fish"] {
            let script = try server.command("--generate-completion-script", shell)
            #expect(script.ending == .exited(0) && script.output.contains("---completion"), "\(shell)")
        }
        let names = try server.command(
            "---completion", "history", "--", "positional@0", "2", "0", "bellpull", "history", "")
        #expect(names.output.split(separator: "\n") == ["blog", "shop"], "\(names.errors)")
    }
}
