import Foundation
import TestSupport
import Testing

@Suite struct `Bellpull with a listening socket as descriptor 0` {
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository
    let delivery: GitHubDelivery

    init() throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
        delivery = try .push(of: try forge.push("second"))
    }

    @Test func `answers cgi-fcgi after spawn-fcgi has started it`() throws {
        let socket = folder("bellpull.sock")
        let spawned = try Program(
            ["spawn-fcgi", "-n", "-s", socket, "--", try BuiltProgram.path, "serve"],
            environment: Responder.environment(of: clone, in: folder), output: folder("bellpull.log"))
        #expect(Observation.eventually { (try? text(of: folder("bellpull.log")).contains("serving ")) == true })

        try delivery.body.write(to: URL(fileURLWithPath: folder("body")))
        var environment = Repository.environment(home: folder.path)
        for (name, value) in RawFastCGI.params(delivery) { environment[name] = value }
        let result = try Program.run(
            ["cgi-fcgi", "-bind", "-connect", socket], environment: environment, input: .file(folder("body")))

        let reply = try Reply(Data(result.output.utf8))
        #expect(reply.status == 200)
        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try clone.head == forge.author.head)

        spawned.signal(SIGTERM)
        #expect(spawned.ending(within: .seconds(5)) == .exited(0))
        #expect(FileManager.default.fileExists(atPath: socket), "it is not Bellpull's to remove")
    }

    @Test func `loses no delivery during a restart`() throws {
        let socket = folder("bellpull.sock")
        let listening = try ListeningDescriptor(path: socket)
        let first = try responder(on: listening)
        first.program.signal(SIGTERM)
        #expect(first.program.ending(within: .seconds(5)) == .exited(0))

        let peer = try PeerSocket(path: socket)
        peer.send(RawFastCGI.request(RawFastCGI.params(delivery), body: delivery.body))
        let second = try responder(on: listening)

        #expect(try RawFastCGI.reply(on: peer)["Bellpull-Outcome"] == "deployed")
        #expect(second.says("updated to "))
    }

    private func responder(on listening: ListeningDescriptor) throws -> Responder {
        try Responder(
            [], environment: Responder.environment(of: clone, in: folder), input: .descriptor(listening.descriptor),
            logFile: folder("bellpull-\(UUID().uuidString).log"))
    }
}

/// A listening unix socket, such as systemd holds for a service.
private final class ListeningDescriptor: Sendable {
    let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(descriptor, $0.baseAddress, socklen_t(bytes.count)) == 0 }
        }
        guard isBound, listen(descriptor, 16) == 0 else { throw Trouble("cannot listen on \(path)") }
    }

    deinit { close(descriptor) }
}
