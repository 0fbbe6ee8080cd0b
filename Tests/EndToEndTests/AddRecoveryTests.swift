import Foundation
import TestSupport
import Testing

/// `bellpull add` is killed in the middle of a clone from a slow remote. Its git goes on.
@Suite(.onPlainThreads) struct `bellpull add after a killed one` {
    private let server: NewServer

    init() throws {
        server = try NewServer()
        try write("", to: server.folder("ssh/open"))
        // The third connection is the clone's: git asks for the branches before.
        try Shell.writeExecutable(
            """
            #!/bin/sh
            for word; do :; done
            cd '\(server.folder("ssh"))' && echo x >>calls
            command="${word%% *} '\(server.folder("forge"))'/${word#* }"
            [ -e slow ] && [ $(wc -l <calls) -gt 1 ] || { eval "$command"; exit; }
            eval "$command" | { dd bs=1 count=400 2>/dev/null; touch stalled; sleep 120; }
            """, to: server.folder("bin/ssh"))
    }

    /// Kills an `add` that waits for its remote. Returns the process numbers of the git commands that go on.
    private func killAdd() throws -> [pid_t] {
        try write("", to: server.folder("ssh/slow"))
        let add = try Program(
            try server.command(["add", NewServer.sshURL, "--path", server.folder("srv/blog")]),
            environment: server.environment, output: server.folder("output"), errors: server.folder("errors"))
        try #require(
            Observation.eventually { FileManager.default.fileExists(atPath: server.folder("ssh/stalled")) },
            "\((try? text(of: server.folder("errors"))) ?? "")")
        let children = try Shell.run("pgrep -P \(add.pid)").output.split(separator: "\n").compactMap { pid_t($0) }
        add.signal(SIGKILL)
        #expect(add.ending(within: .seconds(10)) == .killed(signal: SIGKILL))
        try FileManager.default.removeItem(atPath: server.folder("ssh/slow"))
        return children
    }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: server.folder(name)) }

    @Test func `ends the git of the killed one, and completes`() throws {
        let orphans = try killAdd()
        #expect(!orphans.isEmpty && orphans.allSatisfy { Observation.isRunning($0) })
        let result = try server.add(NewServer.sshURL)
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(result.errors.contains("after an interrupted command for blog: removed \(server.folder("srv/blog"))"))
        #expect(Observation.eventually { !orphans.contains { Observation.isRunning($0) } })
        #expect(try text(of: server.folder("srv/blog/index.html")) == "first")
        #expect(try server.site().git("status", "--porcelain", "--ignored").isEmpty)
        #expect(try server.state.filter { $0.contains("adding") || $0.contains(".new") }.isEmpty)
    }

    @Test func `leaves the files that a person has put into the folder since`() throws {
        _ = try killAdd()
        try write("mine", to: server.folder("srv/blog/notes.txt"))
        let result = try server.add(NewServer.sshURL)
        #expect(result.ending == .exited(1))
        #expect(
            result.errors.contains("left \(server.folder("srv/blog")), because it has files in it"), "\(result.errors)")
        #expect(result.errors.contains("has files already: notes.txt"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: server.folder("srv/blog")) == ["notes.txt"])
    }

    @Test func `leaves a clone that a person has made in place of the folder`() throws {
        _ = try killAdd()
        try FileManager.default.moveItem(atPath: server.folder("srv/blog"), toPath: server.folder("away"))
        _ = try server.forge.clone(to: server.folder("srv/blog"))
        try server.site().write("mine", to: "notes.txt")
        let other = try server.add(nil, as: "other")
        #expect(other.ending == .exited(0), "\(other.errors)")
        #expect(other.errors.contains("left \(server.folder("srv/blog")), because another folder has its place"))
        #expect(exists("srv/blog/notes.txt") && exists("srv/blog/index.html"))
    }

    @Test func `keeps a secret file that is a link to a missing file`() throws {
        symlink("/nowhere/secret", server.folder("etc/blog.secret"))
        let before = try server.state
        let result = try server.add()
        #expect(result.ending == .exited(1))
        #expect(
            result.errors.contains(
                "the secret file \(server.folder("etc/blog.secret")) is a symbolic link to a missing file"),
            "\(result.errors)")
        #expect(try server.state == before)
    }
}

@Suite struct `bellpull add of a site that is there` {
    @Test func `refuses options that its file does not say, and takes the others`() throws {
        let server = try NewServer()
        let secret = server.folder("etc/blog.secret")
        #expect(try server.add(nil, as: "blog", "--url", "https://blog.example.com").ending == .exited(0))
        let before = try server.state
        for (options, fact) in [
            (["--strategy", "release"], "has the strategy pull instead of release"),
            (["--url", "https://example.com"], "has the url https://blog.example.com/ instead of https://example.com"),
            (["--secret-file", "/etc/other"], "has the secret file \(secret) instead of /etc/other"),
        ] {
            let result = try server.run(["add", server.forge.bare, "--path", server.folder("srv/blog")] + options)
            #expect(result.ending == .exited(1))
            #expect(result.errors.contains("the site blog is there already, and \(fact)"), "\(result.errors)")
            #expect(result.errors.contains("hint: change \(server.folder("etc/sites/blog.toml")), then systemctl"))
        }
        let same = try server.add(
            nil, as: "blog", "--strategy", "pull", "--url", "https://blog.example.com/", "--secret-file", secret,
            "--branch", "main")
        #expect(same.ending == .exited(0), "\(same.errors)")
        #expect(try server.state == before)
    }

    @Test func `shows no control characters of its remote`() throws {
        let server = try NewServer()
        #expect(try server.add().ending == .exited(0))
        try server.site().git(
            "remote", "set-url", "origin", "https://github.com/alice/\u{1b}]0;x\u{9b}31m\u{202e}blog.git")
        for result in [try server.run(["add", server.forge.bare]), try server.run(["remove", "blog"])] {
            #expect(!result.output.contains { "\u{1b}\u{9b}\u{202e}".contains($0) }, "\(result.output)")
            #expect(!result.output.unicodeScalars.contains { [0x1b, 0x9b, 0x202e].contains($0.value) })
        }
    }

    @Test func `names the instance in its remedies`() throws {
        let server = try NewServer()
        let result = try server.add(nil, as: "blog", "--instance", "john.doe", "--wait", "--within", "300ms")
        #expect(result.errors.contains("systemctl enable --now bellpull@john.doe"), "\(result.errors)")
        let remove = try server.run(["remove", "blog", "--instance", "john.doe", "--files"])
        #expect(remove.ending == .exited(0), "\(remove.errors)")
        let missing = try server.run(["add", "./x", "--instance", "john.doe"])
        #expect(missing.errors.contains("hint: bellpull --instance john.doe add alice/blog"), "\(missing.errors)")
    }
}
