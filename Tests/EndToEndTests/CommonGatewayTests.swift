import Foundation
import TestSupport
import Testing

@Suite struct `Bellpull as a plain CGI program` {
    let site: GatewaySite

    init() throws { site = try GatewaySite() }

    @Test func `deploys a push behind lighttpd`() throws {
        let commit = try site.forge.push("second")

        let reply = try site.post(.push(of: commit)).reply()

        #expect(reply.status == 200)
        #expect(reply.body == "{}")
        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try RawHTTP(port: site.server.port, RawHTTP.request("GET", "/")).reply().body == "second")
        #expect(try text(of: site.folder("bellpull.log")).contains("updated to \(commit.prefix(6))"))
    }

    @Test func `rejects an unsigned delivery`() throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))

        let reply = try site.post(delivery.with("X-Hub-Signature-256", nil).with("X-Hub-Signature", nil)).reply()

        #expect(reply.status == 401)
        #expect(try text(of: "\(site.clone.path)/index.html") == "first")
    }

    @Test func `runs a single git at a time in several processes`() throws {
        let second = try site.forge.push("second")
        let third = try site.forge.push("third")
        try site.ssh.hang()
        let one = try site.post(.push(of: third))
        _ = try site.ssh.group()
        // The clone will never be at `second`, so that the second process has to ask the remote, too.
        let other = try site.post(.push(of: second))
        #expect(try [one, other].map { try $0.reply().status } == [202, 202])
        #expect(site.ssh.diary.count == 1)

        try site.ssh.goOn()

        #expect(Observation.eventually { site.ssh.diary.count == 4 })
        #expect(site.ssh.diary.map { $0.prefix { $0 != " " } } == ["begin", "end", "begin", "end"])
        #expect(try site.clone.head == third)
    }

    @Test func `does not read a query as arguments`() throws {
        // A server starts the program with these arguments for /github?--socket+/tmp/x (RFC 3875 §4.4).
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        let socket = site.folder("stranger.sock")
        let result = try Program.run(
            [try BuiltProgram.path, "--socket", socket, "--help"], environment: site.environment(for: delivery),
            input: .file(site.folder("body")))

        #expect(try Reply(Data(result.output.utf8))["Bellpull-Outcome"] == "deployed")
        #expect(result.ending == .exited(0))
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test(arguments: [nil, "", "-1"])
    func `reads a body of unknown length to its end`(_ length: String?) throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        var environment = try site.environment(for: delivery)
        environment["CONTENT_LENGTH"] = length
        let result = try Program.run(
            [try BuiltProgram.path], environment: environment, input: .file(site.folder("body")))
        #expect(try Reply(Data(result.output.utf8))["Bellpull-Outcome"] == "deployed")
    }

    @Test func `answers a GET without reading, although the input stays open`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        var environment = try site.environment(for: GitHubDelivery.push(of: site.forge.push("second")))
        environment["CONTENT_LENGTH"] = nil
        environment["REQUEST_METHOD"] = "GET"
        let start = ContinuousClock.now
        let result = try Program.run(
            [try BuiltProgram.path], environment: environment, input: .descriptor(ends[0]))
        #expect(try Reply(Data(result.output.utf8)).status == 405)
        #expect(start.duration(to: .now) < .seconds(2))
    }

    @Test(arguments: [("26214401", 413), ("abc", 400)])
    func `reads a body that it refuses, so that the web server can write all of it`(
        _ length: String, status: Int
    ) throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        var environment = try site.environment(for: GitHubDelivery.push(of: site.forge.push("second")))
        environment["CONTENT_LENGTH"] = length
        let program = try Program(
            [try BuiltProgram.path], environment: environment, input: .descriptor(ends[0]),
            output: site.folder("reply"),
            errors: site.folder("errors"))
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
        #expect(try Reply(Data(text(of: site.folder("reply")).utf8)).status == status)
    }

    @Test func `prints no response if it is set up wrongly, so that the server answers 500`() throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))

        let result = try Program.run(
            [try BuiltProgram.path],
            environment: site.environment(for: delivery).merging(["REPO_PATH": site.folder("nowhere")]) { $1 },
            input: .file(site.folder("body")))

        #expect(result.ending == .exited(78))
        #expect(result.output == "")
        #expect(result.errors.contains("bellpull: error: \(site.folder("nowhere")) does not exist"))
    }
}
