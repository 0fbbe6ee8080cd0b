import Foundation
import TestSupport
import Testing

@Suite struct `a Bellpull whose log nobody reads` {
    @Test func `goes on taking deliveries, and tells later how many lines are missing`() throws {
        let folder = try TemporaryFolder()
        let forge = try Forge(in: folder)
        let clone = try forge.clone(to: folder("blog"))
        #expect(mkfifo(folder("log"), 0o600) == 0)
        let reading = open(folder("log"), O_RDONLY | O_NONBLOCK)
        defer { close(reading) }
        let socket = folder("bellpull.sock")
        let program = try Program(
            [try BuiltProgram.path, "serve", "--socket", socket],
            environment: try Responder.environment(of: clone, in: folder), output: folder("log"))
        #expect(Observation.eventually { (try? PeerSocket(path: socket)) != nil })

        let ping = try GitHubDelivery(event: "ping", body: "{}")
        let request = RawFastCGI.request(RawFastCGI.params(ping), body: ping.body)
        for _ in 0..<12_000 { try #require(try RawFastCGI.reply(to: request, on: socket).status == 200) }
        let push = try GitHubDelivery.push(of: try forge.push("second"))
        let reply = try RawFastCGI.reply(
            to: RawFastCGI.request(RawFastCGI.params(push), body: push.body), on: socket)
        #expect(reply["Bellpull-Outcome"] == "deployed")

        _ = fcntl(reading, F_SETFL, 0)
        program.signal(SIGTERM)
        let text = String(decoding: FileHandle(fileDescriptor: reading).readDataToEndOfFile(), as: UTF8.self)
        #expect(program.ending(within: .seconds(5)) == .exited(0))
        let lines = text.split(separator: "\n")
        let pings = lines.count { $0.contains("outcome=ping") }
        let notice = try #require(
            lines.first { $0.contains(" log lines were lost because standard error was not read") })
        let lost = try #require(notice.split(separator: " ").compactMap { Int($0) }.first)
        #expect(pings >= 10_000)
        // The lines of the push are lost too.
        #expect((12_000...12_004).contains(pings + lost))
        #expect(lines.last?.hasSuffix("info stopped") == true)
    }

    @Test func `exits all the same`() throws {
        let folder = try TemporaryFolder()
        let clone = try Forge(in: folder).clone(to: folder("blog"))
        #expect(mkfifo(folder("log"), 0o600) == 0)
        let reading = open(folder("log"), O_RDONLY | O_NONBLOCK)
        let writing = open(folder("log"), O_WRONLY | O_NONBLOCK)
        defer { for end in [reading, writing] { close(end) } }
        while write(writing, "x", 1) == 1 {}
        let program = try Program(
            [try BuiltProgram.path, "serve", "--socket", folder("bellpull.sock")],
            environment: try Responder.environment(of: clone, in: folder), output: folder("log"))
        #expect(Observation.eventually { (try? PeerSocket(path: folder("bellpull.sock"))) != nil })
        program.signal(SIGTERM)
        #expect(program.ending(within: .seconds(5)) == .exited(0))
    }
}
