import Foundation
import TestSupport
import Testing

/// `bellpull add` is stopped while it runs git, at each call of git in turn. A stand-in for git holds the call up.
@Suite struct `bellpull add that is stopped` {
    /// Makes the calls after the first `count` wait until `goes-on` is there.
    private func hold(_ server: NewServer, after count: Int) throws {
        try write("\(count)", to: server.folder("held-after"))
        try write("0", to: server.folder("calls"))
        try? FileManager.default.removeItem(atPath: server.folder("holds"))
    }

    private func makeServer() throws -> NewServer {
        let server = try NewServer()
        try Shell.writeExecutable(
            """
            #!/bin/sh
            cd '\(server.folder.path)'
            if [ -e held-after ]; then
                calls=$(($(cat calls) + 1)); echo $calls > calls
                if [ $calls -gt $(cat held-after) ]; then
                    echo $$ $PPID > holds.new; mv holds.new holds
                    while [ -e held-after ]; do sleep 0.02; done
                fi
            fi
            cd "$OLDPWD" && exec /usr/bin/git "$@"
            """, to: server.folder("bin/git"))
        return server
    }

    /// Starts `add`, and waits until a call of git is held up. Returns `nil` if `add` ends before.
    private func start(_ server: NewServer, _ options: [String]) throws -> Program? {
        let program = try Program(
            try server.command(["add", server.forge.bare, "--path", server.folder("srv/blog")] + options),
            environment: server.environment, output: server.folder("output"), errors: server.folder("errors"))
        guard
            Observation.eventually({
                !program.isRunning || FileManager.default.fileExists(atPath: server.folder("holds"))
            }), program.isRunning
        else { return nil }
        return program
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGKILL], [[], ["--strategy", "release"], ["--tag", "v*"]])
    func `leaves nothing, and the next one succeeds`(_ signal: Int32, _ options: [String]) throws {
        let server = try makeServer()
        try server.forge.author.git("tag", "v1.0")
        try server.forge.author.git("push", "--quiet", "--tags")
        let before = try server.state
        var stops = 0
        while true {
            try hold(server, after: stops)
            guard let program = try start(server, options) else { break }
            program.signal(signal)
            let ending = program.ending(within: .seconds(20))
            if signal == SIGKILL {
                #expect(ending == .killed(signal: SIGKILL))
                // What a killed add has started goes on: the held git, or the first deployment, whose git is held.
                let started = try text(of: server.folder("holds")).split(whereSeparator: \.isWhitespace)
                for process in started.compactMap({ pid_t($0) }) where process != program.pid { kill(process, SIGKILL) }
            } else {
                #expect(ending == .exited(1))
                let isAdded = FileManager.default.fileExists(atPath: server.folder("etc/sites/blog.toml"))
                // The first deployment and the check come after the site's file.
                if !isAdded { #expect(try server.state == before, "after \(stops) calls of git") }
            }
            stops += 1
            try #require(stops < 60)
            try FileManager.default.removeItem(atPath: server.folder("held-after"))
            guard !FileManager.default.fileExists(atPath: server.folder("etc/sites/blog.toml")) else { break }
            // Every other stop, a whole run: it undoes what the killed one has left.
            if signal == SIGKILL, stops % 2 == 0 {
                #expect(
                    try server.run([
                        "add", server.forge.bare, "--path", server.folder("srv/other"), "--name", "other", "--branch",
                        "none",
                    ]).ending == .exited(1))
                // A clone that is whole stays, for a person may have worked in it.
                let isWhole = FileManager.default.fileExists(atPath: server.folder("srv/blog/.git"))
                let state = try server.state.filter { !isWhole || !$0.contains("srv/blog") }
                let old = before.filter { !isWhole || !$0.contains("srv/blog") }
                #expect(state.filter { !$0.hasPrefix("srv ") } == old.filter { !$0.hasPrefix("srv ") })
                if isWhole { #expect(try server.site().git("status", "--porcelain", "--ignored").isEmpty) }
            }
        }
        #expect(stops >= (options.contains("release") ? 1 : 5))
        try? FileManager.default.removeItem(atPath: server.folder("held-after"))
        let last = try server.run(["add", server.forge.bare, "--path", server.folder("srv/blog")] + options)
        #expect(last.ending == .exited(0), "\(last.errors)")
        #expect(try server.state.filter { $0.contains(".adding") || $0.contains(".new") }.isEmpty)
        if !options.contains("release") { #expect(try text(of: server.folder("srv/blog/index.html")) == "first") }
    }
}
