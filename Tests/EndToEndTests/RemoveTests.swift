import Foundation
import TestSupport
import Testing

@Suite struct `bellpull remove` {
    private func exists(_ server: NewServer, _ path: String) -> Bool {
        FileManager.default.fileExists(atPath: server.folder(path))
    }

    @Test func `takes away what add made, and leaves the site's files`() throws {
        let server = try NewServer()
        let before = try server.state
        _ = try server.add(NewServer.sshURL)
        try server.acceptKeys()
        #expect(try server.add(NewServer.sshURL).ending == .exited(0))

        let result = try server.run(["remove", "blog"])

        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(result.output.contains("rm -rf \(server.folder("srv/blog"))"))
        #expect(result.output.contains("at the forge, in the settings of the repository: Webhooks"))
        #expect(result.output.contains("at the forge, in the settings of the repository: Deploy keys"))
        #expect(try text(of: server.folder("srv/blog/index.html")) == "first")
        #expect(!exists(server, "state/keys/forge.example+alice+blog"))
        #expect(!exists(server, "state/keys/forge.example+alice+blog.pub"))
        #expect(try server.state.filter { !$0.contains("srv/blog") } == before.filter { !$0.contains("srv/blog") })
        let again = try server.run(["remove", "blog"])
        #expect(again.ending == .exited(1) && again.errors.contains("site blog is not configured"))
        // The clone can become a site again, with a new key.
        _ = try server.add(NewServer.sshURL)
        try server.acceptKeys()
    }

    @Test func `leaves nothing of the site in the state folder but the history`() throws {
        let server = try NewServer()
        _ = try server.add(nil, as: "blog", "--strategy", "release")
        try Shell.writeExecutable("#!/bin/sh\ntouch \"$HOME/told\"\n", to: server.folder("tell"))
        let file = server.folder("etc/sites/blog.toml")
        let lines = "after = \"echo after\"\nnotify = [\"\(server.folder("tell"))\"]\nnotify_on = [\"deployed\"]\n"
        try write(try text(of: file) + lines, to: file)
        let bellpull = try Responder(
            ["--socket", server.folder("bellpull.sock")], environment: server.environment, logFile: server.folder("log")
        )
        defer { bellpull.program.end() }
        try server.forge.push("second")
        let deployed = try Program.run([try BuiltProgram.path, "deploy", "blog"], environment: server.environment)
        #expect(deployed.ending == .exited(0), "\(deployed.errors)")
        #expect(Observation.eventually { exists(server, "state/notify/blog/told") }, "\(bellpull.log)")
        let traces = ["after", "notify", "output"].map { "state/\($0)/blog" }
        #expect(traces.allSatisfy { exists(server, $0) })

        let result = try server.run(["remove", "blog", "--json"])

        #expect(result.ending == .exited(0), "\(result.errors)")
        let found = try Program.run(
            ["find", server.folder("state"), "-name", "*blog*"], environment: server.environment)
        #expect(found.output.isEmpty, "\(found.output)")
        #expect(traces.allSatisfy { result.output.contains("\"\(server.folder($0))\"") }, "\(result.output)")
        let history = try Program.run([try BuiltProgram.path, "history", "--json"], environment: server.environment)
        #expect(history.output.contains("\"blog\""))
    }

    @Test func `keeps a secret and a key that another site uses`() throws {
        let server = try NewServer()
        _ = try server.add(NewServer.sshURL)
        try server.acceptKeys()
        _ = try server.add(NewServer.sshURL)
        let second = try server.add(NewServer.sshURL, as: "copy", "--secret-file", server.folder("etc/blog.secret"))
        #expect(second.ending == .exited(0), "\(second.errors)")
        let result = try server.run(["remove", "blog", "--json"])
        #expect(result.ending == .exited(0))
        #expect(exists(server, "etc/blog.secret") && exists(server, "state/keys/forge.example+alice+blog"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(object["removed"] as? [String] == [server.folder("etc/sites/blog.toml")])
        #expect(object["path"] as? String == server.folder("srv/blog"))
    }

    @Test func `keeps a secret that a person made, and says so`() throws {
        let server = try NewServer()
        let secret = server.folder("etc/blog.secret")
        try write("a long enough secret\n", to: secret)
        #expect(try server.add().ending == .exited(0))
        let result = try server.run(["remove", "blog"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(result.output.contains(#/its secret +rm \S+blog\.secret  # not made by bellpull/#), "\(result.output)")
        #expect(try text(of: secret) == "a long enough secret\n")
    }

    @Test func `keeps a secret that another site names by another path`() throws {
        let server = try NewServer()
        _ = try server.add()
        symlink(server.folder("etc"), server.folder("link"))
        for (name, path) in [("copy", "link/blog.secret"), ("second", "etc/../etc/blog.secret")] {
            try write(
                "repository = \"alice/x\"\npath = \"\(server.folder("srv/\(name)"))\"\n"
                    + "secret_file = \"\(server.folder(path))\"\n", to: server.folder("etc/sites/\(name).toml"))
            let result = try server.run(["remove", "blog"])
            #expect(result.ending == .exited(0), "\(result.errors)")
            #expect(result.output.contains("blog.secret, which another site uses too"), "\(result.output)")
            #expect(exists(server, "etc/blog.secret"))
            try FileManager.default.removeItem(atPath: server.folder("etc/sites/\(name).toml"))
            try FileManager.default.removeItem(atPath: server.folder("etc/blog.secret"))
            _ = try server.add()
        }
    }

    @Test func `removes the files when told, and has the service forget the site`() throws {
        let server = try NewServer()
        _ = try server.add(nil, as: "blog", "--strategy", "release")
        _ = try server.add(nil, as: "copy")
        let bellpull = try Responder(
            ["--socket", server.folder("bellpull.sock")], environment: server.environment, logFile: server.folder("log")
        )
        defer { bellpull.program.end() }
        let result = try server.run(["remove", "blog", "--files"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(result.output.contains("the service has forgotten the site"))
        #expect(!exists(server, "srv/blog"))
        #expect(bellpull.log.contains("reloaded; sites=1"))
    }

    @Test func `waits for a running deployment before it removes the files`() throws {
        let server = try NewServer()
        _ = try server.add()
        #expect(
            try Program.run([try BuiltProgram.path, "deploy", "blog"], environment: server.environment).ending
                == .exited(0))
        let lock = open(server.folder("srv/blog/.git/bellpull.lock"), O_RDONLY | O_CLOEXEC)
        try #require(lock >= 0 && flock(lock, LOCK_EX) == 0)
        let remove = try Program(
            try server.command(["remove", "blog", "--files"]), environment: server.environment,
            output: server.folder("output"))
        defer { remove.end() }
        #expect(
            Observation.eventually {
                (try? text(of: server.folder("output")).contains("waiting for the running")) == true
            })
        #expect(exists(server, "srv/blog/index.html"))
        close(lock)
        #expect(remove.ending(within: .seconds(10)) == .exited(0))
        #expect(!exists(server, "srv/blog"))
    }

    @Test(arguments: [SIGTERM, SIGKILL]) func `goes on where it was stopped`(_ signal: Int32) throws {
        let server = try NewServer()
        let before = try server.state
        _ = try server.add()
        #expect(
            try Program.run([try BuiltProgram.path, "deploy", "blog"], environment: server.environment).ending
                == .exited(0))
        let lock = open(server.folder("srv/blog/.git/bellpull.lock"), O_RDONLY | O_CLOEXEC)
        defer { close(lock) }
        try #require(lock >= 0 && flock(lock, LOCK_EX) == 0)
        let remove = try Program(
            try server.command(["remove", "blog", "--files"]), environment: server.environment,
            output: server.folder("output"))
        #expect(
            Observation.eventually {
                (try? text(of: server.folder("output")).contains("waiting for the running")) == true
            })
        remove.signal(signal)
        #expect(remove.ending(within: .seconds(10)) == (signal == SIGTERM ? .exited(1) : .killed(signal: SIGKILL)))
        #expect(!exists(server, "etc/sites/blog.toml") && exists(server, "srv/blog"))
        flock(lock, LOCK_UN)
        // Without the option: the note remembers it.
        let second = try server.run(["remove", "blog"])
        #expect(second.ending == .exited(0), "\(second.errors)")
        #expect(try server.state == before)
    }

    @Test func `leaves a service without a site`() throws {
        let server = try NewServer()
        _ = try server.add()
        let bellpull = try Responder(
            ["--socket", server.folder("bellpull.sock")], environment: server.environment, logFile: server.folder("log")
        )
        let result = try server.run(["remove", "blog"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(result.output.contains("the service has forgotten the site"))
        #expect(Observation.isRunning(bellpull.program.pid))
        #expect(try server.run(["status"]).output.contains("blog") == false)
        #expect(try server.add().ending == .exited(0), "the next site needs no start")
    }

    @Test func `forgets what an interrupted removal wanted when the site is added again`() throws {
        let server = try NewServer()
        _ = try server.add()
        let lock = open(server.folder("srv/blog/.git/bellpull.lock"), O_RDONLY | O_CREAT | O_CLOEXEC, 0o644)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX) == 0)
        let remove = try Program(
            server.command(["remove", "blog", "--files"]), environment: server.environment,
            output: server.folder("output"))
        #expect(
            Observation.eventually {
                (try? text(of: server.folder("output")).contains("waiting for the running")) == true
            })
        remove.signal(SIGINT)
        #expect(remove.ending(within: .seconds(10)) == .exited(1))
        flock(lock, LOCK_UN)
        let again = try server.add()
        #expect(again.ending == .exited(1) && again.errors.contains("the removal of an earlier site blog"))
        #expect(try server.run(["remove", "blog"]).ending == .exited(0))
        #expect(try server.add().ending == .exited(0))
        try write("mine", to: server.folder("srv/blog/notes"))
        #expect(try server.run(["remove", "blog"]).ending == .exited(0))
        #expect(exists(server, "srv/blog/notes"), "nobody asked for the removal of these files")
    }

    @Test func `sees sites whose files have mistakes`() throws {
        let server = try NewServer()
        _ = try server.add()
        try FileManager.default.createDirectory(
            atPath: server.folder("srv/blog/shop"), withIntermediateDirectories: true)
        try write(
            "repository = \"alice/shop\"\npath = \"\(server.folder("srv/blog/shop"))\"\nbrunch = \"x\"\n",
            to: server.folder("etc/sites/shop.toml"))
        let files = try server.run(["remove", "blog", "--files"])
        #expect(files.ending == .exited(1) && files.errors.contains("also has"), "\(files.errors)")
        let plain = try server.run(["remove", "blog"])
        #expect(plain.ending == .exited(0) && !plain.output.contains("rm -rf"), "\(plain.output)")
        #expect(exists(server, "srv/blog/shop"))
    }

    @Test func `refuses a folder with more in it, a table of the main file, and a name that is a path`() throws {
        let server = try NewServer()
        let clone = try server.forge.clone(to: server.folder("srv/blog"))
        let path = "path = \"\(clone.path)\"\n"
        try write("catch_up = \"0\"\n[[site]]\nname = \"table\"\n\(path)", to: server.folder("etc/bellpull.toml"))
        let table = try server.run(["remove", "table"])
        #expect(table.ending == .exited(1) && table.errors.contains("table has no file of its own"))
        try write("catch_up = \"0\"\n", to: server.folder("etc/bellpull.toml"))
        try write("path = \"\(server.folder.path)\"\n", to: server.folder("etc/sites/all.toml"))
        let before = try server.state
        let all = try server.run(["remove", "all", "--files"])
        #expect(
            all.ending == .exited(1) && all.errors.contains("also has \(server.folder("etc")) in it"), "\(all.errors)")
        #expect(try server.run(["remove", "../bellpull"]).ending == .exited(1))
        #expect(try server.state == before)
    }
}
