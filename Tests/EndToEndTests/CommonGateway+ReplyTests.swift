import Foundation
import TestSupport
import Testing

@Suite struct `a plain CGI program after its reply` {
    let site: GatewaySite

    init() throws { site = try GatewaySite() }

    @Test func `continues a slow pull after the reply`() throws {
        let commit = try site.forge.push("second")
        try site.ssh.hang()

        let reply = try site.post(.push(of: commit)).reply()
        #expect(reply.status == 202)
        #expect(reply["Bellpull-Outcome"] == "queued")
        #expect(try site.clone.head != commit)

        try site.ssh.goOn()
        #expect(try Observation.eventually { try site.clone.head == commit })
        #expect(try text(of: "\(site.clone.path)/index.html") == "second")
        let group = try site.ssh.group()
        #expect(Observation.eventually { !group.isAlive })
    }

    @Test func `deploys what a killed process left, after the next delivery to any site`() throws {
        let shop = try site.forge.clone(to: site.folder("shop"))
        try shop.git("switch", "--quiet", "--create", "shop")
        try shop.git("push", "--quiet", "--set-upstream", "origin", "shop")
        let files = ["blog": site.clone, "shop": shop].map { name, clone in
            """
            [[site]]
            name = "\(name)"
            repository = "alice/blog"
            branch = "\(name == "blog" ? "main" : name)"
            path = "\(clone.path)"

            """
        }
        try write(files.joined(), to: site.folder("bellpull.toml"))
        var changes = ["BELLPULL_CONFIG": site.folder("bellpull.toml"), "REPO_PATH": ""]
        let commit = try site.forge.push("second")
        try site.ssh.hang()
        let killed = try Program(
            [try BuiltProgram.path], environment: site.environment(for: .push(of: commit)).merging(changes) { $1 },
            input: .file(site.folder("body")), output: site.folder("reply"))
        let group = try site.ssh.group()
        kill(try site.worker(of: killed), SIGKILL)
        #expect(killed.ending(within: .seconds(5)) == .exited(128 + SIGKILL))
        kill(-group.id, SIGKILL)
        try site.ssh.goOn()
        #expect(try site.clone.head != commit)

        // The shop is at the announced commit already.
        let other = try GitHubDelivery.push(of: shop.head, ref: "refs/heads/shop")
        changes["BELLPULL_ANSWER_WITHIN"] = "4s"
        let next = try Program(
            [try BuiltProgram.path], environment: site.environment(for: other).merging(changes) { $1 },
            input: .file(site.folder("body")), output: site.folder("next"), errors: site.folder("errors"))

        #expect(next.ending(within: .seconds(10)) == .exited(0))
        #expect(try Reply(Data(text(of: site.folder("next")).utf8))["Bellpull-Outcome"] == "unchanged")
        let line = "updated to \(commit.prefix(6)) site=blog"
        #expect(try Observation.eventually { try text(of: site.folder("errors")).contains(line) })
        #expect(try site.clone.head == commit)
    }

    /// mod_cgid sends SIGTERM and SIGKILL to a program that goes on after its reply.
    @Test func `leaves the pull to another session after the reply, so that the server cannot end the pull`() throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        try site.ssh.hang()
        let program = try Program(
            [try BuiltProgram.path], environment: site.environment(for: delivery), input: .file(site.folder("body")),
            output: site.folder("reply"))
        let worker = try site.worker(of: program)
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        #expect(try text(of: site.folder("reply")).contains("Bellpull-Outcome: queued"))
        #expect(Observation.isRunning(worker) && getsid(worker) == worker)

        kill(-program.pid, SIGKILL)
        try site.ssh.goOn()
        #expect(Observation.eventually { (try? text(of: "\(site.clone.path)/index.html")) == "second" })
        #expect(Observation.eventually { !Observation.isRunning(worker) })
    }

    @Test func `goes on if the server ends it before the reply`() throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        try site.ssh.hang()
        let program = try Program(
            [try BuiltProgram.path], environment: site.environment(for: delivery), input: .file(site.folder("body")),
            output: site.folder("reply"))
        _ = try site.ssh.group()
        program.signal(SIGTERM)
        #expect(program.ending(within: .seconds(5)) == .killed(signal: SIGTERM))
        try site.ssh.goOn()
        #expect(Observation.eventually { (try? text(of: "\(site.clone.path)/index.html")) == "second" })
    }

    @Test func `tries again after the reply while the remote does not show the commit`() throws {
        // The remote shows the commit later.
        let delivery = try GitHubDelivery.push(of: try site.forge.commit("second"), before: site.clone.head)
        let commit = try site.forge.author.head
        let program = try Program(
            [try BuiltProgram.path], environment: site.environment(for: delivery), input: .file(site.folder("body")),
            output: site.folder("reply"))
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        let reply = try text(of: site.folder("reply"))
        #expect(reply.contains("Bellpull-Outcome: queued") || reply.contains("Bellpull-Outcome: waiting"), "\(reply)")
        #expect(try site.clone.head != commit)
        try site.forge.push()
        #expect(try Observation.eventually { try site.clone.head == commit })
    }

    @Test func `lets go of all pipes of the web server after the reply, and logs the reply before`() throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        let errors = site.folder("errors")
        try #require(mkfifo(errors, 0o600) == 0)
        let log = open(errors, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(log) }
        try site.ssh.hang()
        let program = try Program(
            [try BuiltProgram.path], environment: site.environment(for: delivery), input: .file(site.folder("body")),
            output: site.folder("reply"), errors: errors)

        let worker = try site.worker(of: program)
        for descriptor in 0...2 {
            let path = "/proc/\(worker)/fd/\(descriptor)"
            #expect(
                Observation.eventually {
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == "/dev/null"
                }, "\(descriptor)")
        }
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        #expect(try text(of: site.folder("reply")).contains("Bellpull-Outcome: queued"))
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(log, &buffer, buffer.count)
        #expect(String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).contains("outcome=queued"))

        try site.ssh.goOn()
        #expect(Observation.eventually { (try? text(of: "\(site.clone.path)/index.html")) == "second" })
    }

    @Test func `answers through fcgiwrap while the deployment continues`() throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        let wrapper = try Program(
            ["fcgiwrap", "-s", "unix:\(site.folder("fcgiwrap.sock"))"],
            environment: Repository.environment(home: site.folder.path), output: site.folder("fcgiwrap.log"))
        defer { wrapper.end() }
        #expect(Observation.eventually { Observation.isListening(at: site.folder("fcgiwrap.sock")) })
        try site.ssh.hang()
        var params = RawFastCGI.params(delivery) + site.settings.map { (name: $0.key, value: $0.value) }
        params += [
            (name: "GATEWAY_INTERFACE", value: "CGI/1.1"), (name: "SCRIPT_FILENAME", value: try BuiltProgram.path),
        ]

        // The time-out is far below that of the hanging deployment.
        let reply = try RawFastCGI.reply(
            to: RawFastCGI.request(params, body: delivery.body), on: site.folder("fcgiwrap.sock"), within: .seconds(10))

        #expect(reply.status == 202)
        #expect(reply["Bellpull-Outcome"] == "queued")
        try site.ssh.goOn()
        #expect(Observation.eventually { (try? text(of: "\(site.clone.path)/index.html")) == "second" })
    }
}
