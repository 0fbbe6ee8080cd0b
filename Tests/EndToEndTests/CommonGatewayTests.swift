import Foundation
import TestSupport
import Testing

@Suite struct `Bellpull as a plain CGI program` {
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository
    let ssh: FakeSSH
    let settings: [String: String]
    let server: CGIServer

    init() throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
        ssh = try FakeSSH(in: folder)
        try clone.git("remote", "set-url", "origin", FakeSSH.url)
        try ssh.isUsed(by: clone)
        settings = Responder.variables(of: clone, in: folder).merging(["BELLPULL_ANSWER_WITHIN": "1s"]) { $1 }
        // Some servers start CGI programs without a PATH.
        server = try CGIServer(in: folder, root: clone.path, environment: settings.filter { $0.key != "PATH" })
    }

    @Test func `deploys a push behind lighttpd`() throws {
        let commit = try forge.push("second")

        let reply = try post(.push(of: commit)).reply()

        #expect(reply.status == 200)
        #expect(reply.body == "{}")
        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try RawHTTP(port: server.port, RawHTTP.request("GET", "/")).reply().body == "second")
        #expect(try text(of: folder("bellpull.log")).contains("updated to \(commit.prefix(6))"))
    }

    @Test func `rejects an unsigned delivery`() throws {
        let delivery = try GitHubDelivery.push(of: try forge.push("second"))

        let reply = try post(delivery.with("X-Hub-Signature-256", nil).with("X-Hub-Signature", nil)).reply()

        #expect(reply.status == 401)
        #expect(try text(of: "\(clone.path)/index.html") == "first")
    }

    @Test func `continues a slow pull after the reply`() throws {
        let commit = try forge.push("second")
        try ssh.hang()

        let reply = try post(.push(of: commit)).reply()
        #expect(reply.status == 202)
        #expect(reply["Bellpull-Outcome"] == "queued")
        #expect(try clone.head != commit)

        try ssh.goOn()
        #expect(try Observation.eventually { try clone.head == commit })
        #expect(try text(of: "\(clone.path)/index.html") == "second")
        let group = try ssh.group()
        #expect(Observation.eventually { !group.isAlive })
    }

    @Test func `runs a single git at a time in several processes`() throws {
        let second = try forge.push("second")
        let third = try forge.push("third")
        try ssh.hang()
        let one = try post(.push(of: third))
        _ = try ssh.group()
        // The clone will never be at `second`, so that the second process has to ask the remote, too.
        let other = try post(.push(of: second))
        #expect(try [one, other].map { try $0.reply().status } == [202, 202])
        #expect(ssh.diary.count == 1)

        try ssh.goOn()

        #expect(Observation.eventually { ssh.diary.count == 4 })
        #expect(ssh.diary.map { $0.prefix { $0 != " " } } == ["begin", "end", "begin", "end"])
        #expect(try clone.head == third)
    }

    @Test func `deploys what a killed process left, after the next delivery to any site`() throws {
        let shop = try forge.clone(to: folder("shop"))
        try shop.git("switch", "--quiet", "--create", "shop")
        try shop.git("push", "--quiet", "--set-upstream", "origin", "shop")
        let files = ["blog": clone, "shop": shop].map { name, clone in
            """
            [[site]]
            name = "\(name)"
            repository = "alice/blog"
            branch = "\(name == "blog" ? "main" : name)"
            path = "\(clone.path)"

            """
        }
        try write(files.joined(), to: folder("bellpull.toml"))
        var changes = ["BELLPULL_CONFIG": folder("bellpull.toml"), "REPO_PATH": ""]
        let commit = try forge.push("second")
        try ssh.hang()
        let killed = try Program(
            [try Responder.executable], environment: environment(for: .push(of: commit)).merging(changes) { $1 },
            input: .file(folder("body")), output: folder("reply"))
        let group = try ssh.group()
        kill(try worker(of: killed), SIGKILL)
        #expect(killed.ending(within: .seconds(5)) == .exited(128 + SIGKILL))
        kill(-group.id, SIGKILL)
        try ssh.goOn()
        #expect(try clone.head != commit)

        // The shop is at the announced commit already.
        let other = try GitHubDelivery.push(of: shop.head, ref: "refs/heads/shop")
        changes["BELLPULL_ANSWER_WITHIN"] = "4s"
        let next = try Program(
            [try Responder.executable], environment: environment(for: other).merging(changes) { $1 },
            input: .file(folder("body")), output: folder("next"), errors: folder("errors"))

        #expect(next.ending(within: .seconds(10)) == .exited(0))
        #expect(try Reply(Data(text(of: folder("next")).utf8))["Bellpull-Outcome"] == "unchanged")
        let line = "updated to \(commit.prefix(6)) site=blog"
        #expect(try Observation.eventually { try text(of: folder("errors")).contains(line) })
        #expect(try clone.head == commit)
    }

    @Test func `does not read a query as arguments`() throws {
        // A server starts the program with these arguments for /github?--socket+/tmp/x (RFC 3875 §4.4).
        let delivery = try GitHubDelivery.push(of: try forge.push("second"))
        let socket = folder("stranger.sock")
        let result = try Program.run(
            [try Responder.executable, "--socket", socket, "--help"], environment: environment(for: delivery),
            input: .file(folder("body")))

        #expect(try Reply(Data(result.output.utf8))["Bellpull-Outcome"] == "deployed")
        #expect(result.ending == .exited(0))
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    /// mod_cgid sends SIGTERM and SIGKILL to a program that goes on after its reply.
    @Test func `leaves the pull to another session after the reply, so that the server cannot end the pull`() throws {
        let delivery = try GitHubDelivery.push(of: try forge.push("second"))
        try ssh.hang()
        let program = try Program(
            [try Responder.executable], environment: environment(for: delivery), input: .file(folder("body")),
            output: folder("reply"))
        let worker = try worker(of: program)
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        #expect(try text(of: folder("reply")).contains("Bellpull-Outcome: queued"))
        #expect(Observation.isRunning(worker) && getsid(worker) == worker)

        kill(-program.pid, SIGKILL)
        try ssh.goOn()
        #expect(Observation.eventually { (try? text(of: "\(clone.path)/index.html")) == "second" })
        #expect(Observation.eventually { !Observation.isRunning(worker) })
    }

    @Test func `goes on if the server ends it before the reply`() throws {
        let delivery = try GitHubDelivery.push(of: try forge.push("second"))
        try ssh.hang()
        let program = try Program(
            [try Responder.executable], environment: environment(for: delivery), input: .file(folder("body")),
            output: folder("reply"))
        _ = try ssh.group()
        program.signal(SIGTERM)
        #expect(program.ending(within: .seconds(5)) == .killed(signal: SIGTERM))
        try ssh.goOn()
        #expect(Observation.eventually { (try? text(of: "\(clone.path)/index.html")) == "second" })
    }

    @Test func `tries again after the reply while the remote does not show the commit`() throws {
        // The remote shows the commit later.
        let delivery = try GitHubDelivery.push(of: try forge.commit("second"), before: clone.head)
        let commit = try forge.author.head
        let program = try Program(
            [try Responder.executable], environment: environment(for: delivery), input: .file(folder("body")),
            output: folder("reply"))
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        let reply = try text(of: folder("reply"))
        #expect(reply.contains("Bellpull-Outcome: queued") || reply.contains("Bellpull-Outcome: waiting"), "\(reply)")
        #expect(try clone.head != commit)
        try forge.push()
        #expect(try Observation.eventually { try clone.head == commit })
    }

    @Test func `lets go of all pipes of the web server after the reply, and logs the reply before`() throws {
        let delivery = try GitHubDelivery.push(of: try forge.push("second"))
        let errors = folder("errors")
        try #require(mkfifo(errors, 0o600) == 0)
        let log = open(errors, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(log) }
        try ssh.hang()
        let program = try Program(
            [try Responder.executable], environment: environment(for: delivery), input: .file(folder("body")),
            output: folder("reply"), errors: errors)

        let worker = try worker(of: program)
        for descriptor in 0...2 {
            let path = "/proc/\(worker)/fd/\(descriptor)"
            #expect(
                Observation.eventually {
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == "/dev/null"
                }, "\(descriptor)")
        }
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        #expect(try text(of: folder("reply")).contains("Bellpull-Outcome: queued"))
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(log, &buffer, buffer.count)
        #expect(String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).contains("outcome=queued"))

        try ssh.goOn()
        #expect(Observation.eventually { (try? text(of: "\(clone.path)/index.html")) == "second" })
    }

    @Test func `answers through fcgiwrap while the deployment continues`() throws {
        let delivery = try GitHubDelivery.push(of: try forge.push("second"))
        let wrapper = try Program(
            ["fcgiwrap", "-s", "unix:\(folder("fcgiwrap.sock"))"],
            environment: Repository.environment(home: folder.path), output: folder("fcgiwrap.log"))
        defer { wrapper.end() }
        #expect(Observation.eventually { Observation.isListening(at: folder("fcgiwrap.sock")) })
        try ssh.hang()
        var params = RawFastCGI.params(delivery) + settings.map { (name: $0.key, value: $0.value) }
        params += [
            (name: "GATEWAY_INTERFACE", value: "CGI/1.1"), (name: "SCRIPT_FILENAME", value: try Responder.executable),
        ]

        // The time-out is far below that of the hanging deployment.
        let reply = try RawFastCGI.reply(
            to: RawFastCGI.request(params, body: delivery.body), on: folder("fcgiwrap.sock"), within: .seconds(10))

        #expect(reply.status == 202)
        #expect(reply["Bellpull-Outcome"] == "queued")
        try ssh.goOn()
        #expect(Observation.eventually { (try? text(of: "\(clone.path)/index.html")) == "second" })
    }

    @Test(arguments: [nil, "", "-1"])
    func `reads a body of unknown length to its end`(_ length: String?) throws {
        let delivery = try GitHubDelivery.push(of: try forge.push("second"))
        var environment = try environment(for: delivery)
        environment["CONTENT_LENGTH"] = length
        let result = try Program.run(
            [try Responder.executable], environment: environment, input: .file(folder("body")))
        #expect(try Reply(Data(result.output.utf8))["Bellpull-Outcome"] == "deployed")
    }

    @Test func `answers a GET without reading, although the input stays open`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        var environment = try environment(for: GitHubDelivery.push(of: forge.push("second")))
        environment["CONTENT_LENGTH"] = nil
        environment["REQUEST_METHOD"] = "GET"
        let start = ContinuousClock.now
        let result = try Program.run(
            [try Responder.executable], environment: environment, input: .descriptor(ends[0]))
        #expect(try Reply(Data(result.output.utf8)).status == 405)
        #expect(start.duration(to: .now) < .seconds(2))
    }

    @Test(arguments: [("26214401", 413), ("abc", 400)])
    func `reads a body that it refuses, so that the web server can write all of it`(
        _ length: String, status: Int
    ) throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        var environment = try environment(for: GitHubDelivery.push(of: forge.push("second")))
        environment["CONTENT_LENGTH"] = length
        let program = try Program(
            [try Responder.executable], environment: environment, input: .descriptor(ends[0]), output: folder("reply"),
            errors: folder("errors"))
        close(ends[0])
        // More than fits into the pipe: SIGPIPE or an error would end the writer early.
        let block = [UInt8](repeating: 0x78, count: 1 << 20)
        var written = 0
        while written < block.count {
            let count = block.withUnsafeBytes {
                write(ends[1], $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            guard count > 0 else { break }
            written += count
        }
        close(ends[1])
        #expect(written == block.count)
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        #expect(try Reply(Data(text(of: folder("reply")).utf8)).status == status)
    }

    @Test func `prints no response if it is set up wrongly, so that the server answers 500`() throws {
        let delivery = try GitHubDelivery.push(of: try forge.push("second"))

        let result = try Program.run(
            [try Responder.executable],
            environment: environment(for: delivery).merging(["REPO_PATH": folder("nowhere")]) { $1 },
            input: .file(folder("body")))

        #expect(result.ending == .exited(78))
        #expect(result.output == "")
        #expect(result.errors.contains("bellpull: error: \(folder("nowhere")) does not exist"))
    }

    /// Returns the process that does the work of `program` (proc(5), children).
    private func worker(of program: Program) throws -> pid_t {
        var worker: pid_t?
        _ = Observation.eventually {
            let children = try? text(of: "/proc/\(program.pid)/task/\(program.pid)/children")
            worker = children?.split(separator: " ").first.flatMap { pid_t($0) }
            return worker != nil
        }
        return try #require(worker)
    }

    private func post(_ delivery: GitHubDelivery) throws -> RawHTTP {
        try RawHTTP(port: server.port, RawHTTP.request(headers: delivery.headers, body: delivery.body))
    }

    /// Writes the body of `delivery` to the file `body`, and returns the variables of the CGI request.
    private func environment(for delivery: GitHubDelivery) throws -> [String: String] {
        try delivery.body.write(to: URL(fileURLWithPath: folder("body")))
        var environment = settings
        for (name, value) in RawFastCGI.params(delivery) { environment[name] = value }
        return environment.merging(["GATEWAY_INTERFACE": "CGI/1.1"]) { $1 }
    }
}
