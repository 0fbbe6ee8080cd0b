import Configuration
import Foundation
import TestSupport
import Testing

@Suite struct `bellpull reload` {
    private func loaded(_ server: ConfiguredServer) throws -> LoadedConfiguration {
        guard let loaded = LoadedConfiguration(inFolder: server.folder("state")) else {
            throw Trouble("no loaded.json")
        }
        return loaded
    }

    @Test func `loads the files, and says how many sites there are`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        #expect(try loaded(server).loads == 1)
        _ = try server.forge.clone(to: server.folder("sites/copy"))
        try server.configure(site: "copy", "branch = \"main\"")

        let result = try server.command("reload")

        #expect(result.ending == .exited(0))
        #expect(result.output == "reloaded, 2 sites\n" && result.errors == "")
        // The new settings are in use when the command ends.
        let commit = try server.forge.push("second")
        #expect(try server.post(.push(of: commit))["Bellpull-Site"] == "blog,copy")
        let loaded = try loaded(server)
        let process = try server.bellpull.program.pid
        #expect(loaded.loads == 2 && loaded.pid == process)
        #expect(loaded.sites.map(\.name) == ["blog", "copy"] && loaded.mistakes.isEmpty)
        #expect(
            loaded.sites.allSatisfy { $0.state == .loaded && $0.follows == "main" && $0.repository == "alice/blog" })
    }

    @Test func `prints warnings, and succeeds`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        chmod(server.folder("etc/sites/blog.toml"), 0o666)
        let result = try server.command("reload")
        #expect(result.ending == .exited(0))
        #expect(
            result.errors.hasPrefix("bellpull: warning: \(server.folder("etc/sites/blog.toml")): the file is writable"))
    }

    @Test func `names the mistakes of a site, and the rest is reloaded`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"", "shop": "branch = \"main\""])
        try server.configure(site: "shop", "brunch = \"main\"")
        try server.configure(site: "blog", "branch = \"next\"")

        let result = try server.command("reload")

        #expect(result.ending == .exited(1))
        #expect(result.output == "")
        let lines = result.errors.split(separator: "\n")
        #expect(lines.first == "bellpull: error: \(server.folder("etc/sites/shop.toml")):3: unknown key brunch")
        #expect(lines.contains("bellpull: error: shop keeps its earlier settings; everything else was reloaded"))
        #expect(try loaded(server).sites.map(\.follows) == ["next", "main"])
        #expect(try loaded(server).sites.map(\.state) == [.loaded, .kept])
        let commit = try server.forge.push("second")
        #expect(try server.post(.push(of: commit))["Bellpull-Site"] == "shop")
    }

    @Test func `changes nothing after a mistake in the main file`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        try server.configure("answer_within = 4")
        _ = try server.forge.clone(to: server.folder("sites/copy"))
        try server.configure(site: "copy", "branch = \"main\"")

        let result = try server.command("reload")

        #expect(result.ending == .exited(1))
        let place = "\(server.folder("etc/bellpull.toml")):2"
        #expect(result.errors.hasPrefix("bellpull: error: \(place): answer_within is an integer"))
        #expect(result.errors.contains("error: nothing was reloaded; bellpull keeps all its earlier settings"))
        let commit = try server.forge.push("second")
        #expect(try server.post(.push(of: commit))["Bellpull-Site"] == "blog")
        #expect(try loaded(server).isApplied == false)
        #expect(try loaded(server).sites.map(\.state) == [.kept])
        let json = try server.command("reload", "--json")
        #expect(json.ending == .exited(1) && json.errors == "")
        #expect(LoadedConfiguration(json: Data(json.output.utf8))?.mistakes.count == 1)
    }

    @Test func `says that no service runs`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        func refusal() throws -> String {
            let result = try server.command("reload")
            #expect(result.ending == .exited(1))
            return result.errors
        }
        #expect(try refusal().hasPrefix("bellpull: error: no bellpull serves with the state folder"))
        try server.start()
        #expect(try server.command("reload").ending == .exited(0))
        try server.killBellpull()
        #expect(try refusal().hasPrefix("bellpull: error: no bellpull serves with the state folder"))
        try server.start()
        #expect(try server.command("reload").ending == .exited(0))
    }

    @Test func `several at once are all answered, each by a load after its request`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let requests = (1...8).map { index in
            Running {
                let branch = "b\(index)"
                _ = try server.forge.clone(to: server.folder("sites/\(branch)"))
                try server.configure(site: branch, "branch = \"\(branch)\"")
                let result = try server.command("reload", "--json")
                let loaded = LoadedConfiguration(json: Data(result.output.utf8))
                guard loaded?.sites.contains(where: { $0.name == branch }) == true else {
                    throw Trouble("\(branch): \(result)")
                }
            }
        }
        #expect(requests.allSatisfy { $0.isSuccess() })
        #expect(try loaded(server).sites.count == 9)
    }

    @Test func `during the start is answered after the start`() throws {
        let server = try ConfiguredServer(["blog": ""], started: false)
        // Without a branch in the file, git opens the clone, which takes a while here.
        let bin = server.folder("bin")
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: false)
        try Shell.writeExecutable("#!/bin/sh\nsleep 0.3\nexec /usr/bin/git \"$@\"\n", to: "\(bin)/git")
        let program = try server.startWithoutWaiting(path: bin)
        defer { program.end() }
        #expect(takesReloads(server))
        #expect((try? text(of: server.folder("state/loaded.json"))) == nil)
        let result = try server.command("reload", "--json")
        #expect(result.ending == .exited(0))
        #expect(LoadedConfiguration(json: Data(result.output.utf8))?.loads == 2)
    }

    /// Waits until the service of `server` takes requests for a reload: a busy machine takes long to start it.
    private func takesReloads(_ server: ConfiguredServer) -> Bool {
        Observation.eventually(within: .seconds(60)) {
            Observation.isListening(at: server.folder("state/control.sock"))
        }
    }

    @Test func `is told if the service stops meanwhile, or dies`() throws {
        for signal in [SIGTERM, SIGKILL] {
            let server = try ConfiguredServer(["blog": ""], started: false)
            let bin = server.folder("bin")
            try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: false)
            try Shell.writeExecutable("#!/bin/sh\nsleep 2\nexec /usr/bin/git \"$@\"\n", to: "\(bin)/git")
            let program = try server.startWithoutWaiting(path: bin)
            #expect(takesReloads(server))
            let request = Running {
                let result = try server.command("reload")
                let words =
                    signal == SIGTERM ? "bellpull is stopping" : "bellpull ended before it had loaded the configuration"
                guard result.ending == .exited(1), result.errors.contains(words) else { throw Trouble("\(result)") }
            }
            usleep(500_000)
            #expect(!request.isDone)
            program.signal(signal)
            #expect(request.isSuccess(), "\(signal)")
            program.end()
        }
    }

    @Test func `ten times under load loses no delivery`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let commit = try server.forge.push("second")
        let delivery = try GitHubDelivery.push(of: commit)
        let reloads = Running {
            for _ in 1...10 {
                guard try server.command("reload").ending == .exited(0) else { throw Trouble("not reloaded") }
            }
        }
        var statuses: [Int] = []
        while !reloads.isDone || statuses.count < 100 {
            let requests = try (0..<5).map {
                try server.send(delivery.with("X-GitHub-Delivery", "delivery-\(statuses.count + $0)"))
            }
            statuses += try requests.map { try $0.reply().status }
        }
        #expect(reloads.isSuccess())
        #expect(statuses.allSatisfy { $0 == 200 })
        #expect(try server.site("blog").head == commit)
        #expect(try loaded(server).loads == 11)
    }

    @Test func `is what SIGHUP does too`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        try server.configure(site: "blog", "branch = \"next\"")
        try server.bellpull.program.signal(SIGHUP)
        #expect(try Observation.eventually { try loaded(server).loads == 2 })
        #expect(try loaded(server).sites.map(\.follows) == ["next"])
    }

    @Test func `reaches the first of two services with one state folder`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let second = try Responder(
            ["--socket", server.folder("second.sock")], environment: server.environment,
            logFile: server.folder("second.log"))
        defer { second.program.end() }
        #expect(second.log.contains("bellpull reload cannot reach this process"))
        #expect(try server.command("reload").ending == .exited(0))
        let process = try server.bellpull.program.pid
        #expect(try loaded(server).pid == process)
    }
}
