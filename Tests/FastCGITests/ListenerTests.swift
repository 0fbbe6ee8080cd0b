import Foundation
import Synchronization
import Testing

@testable import FastCGI

@Suite struct `a listener` {
    /// The longest time for a good request while peers misbehave: the read timeout and a second.
    private static let limit = Listener.readTimeout + .seconds(1)

    @Test func `answers many requests at once`() async throws {
        let listener = try LiveListener(threads: 4)
        let bodies = try await withThrowingTaskGroup(of: Substring?.self) { group in
            for index in 0..<50 {
                group.addTask { try await onThread { try listener.reply(to: Record.request("\(index)"))?.body } }
            }
            return try await group.reduce(into: Set<Substring?>()) { $0.insert($1) }
        }
        #expect(bodies == Set((0..<50).map { "\($0)" }))
    }

    @Test func `blocks no thread while a reply is pending`() async throws {
        let responder = ManualResponder()
        let listener = try LiveListener(threads: 1, responder: responder)
        let peers = try (0..<20).map { _ in try listener.connect() }
        for peer in peers { try peer.send(Record.request("hello")) }
        // Replies from another thread than the reading thread, in reverse order.
        let exchanges = try await onThread { responder.exchanges(count: 20) }
        #expect(!peers.contains { $0.hears(within: .zero) })
        for exchange in exchanges.reversed() { exchange.reply(Response(status: 200, body: "later")) }
        for peer in peers { #expect(try peer.reply()?.body == "later") }
    }

    @Test func `takes other requests while it is busy with a large body`() async throws {
        let isAnswered = DispatchSemaphore(value: 0)
        let responder = LiveListener.Answer { request, exchange in
            let length = (try? request.body.get().count) ?? 0
            // Blocks the thread until another thread has answered the small request.
            let isFirst = length < 1000 || isAnswered.wait(timeout: .now() + 20) == .success
            if length < 1000 { isAnswered.signal() }
            exchange.reply(Response(status: 200, body: "\(length) \(isFirst)"))
        }
        let listener = try LiveListener(threads: 1, reserve: 1, bodyLimit: 1 << 20, responder: responder)
        let part = Record.stdin(String(repeating: "x", count: 30_000))
        let large =
            Record.request(["CONTENT_LENGTH": "300000"]).dropLast() + [Record](repeating: part, count: 10) + [.stdin()]
        async let slow = onThread { try listener.reply(to: Array(large))?.body }
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await onThread { try listener.reply(to: Record.request("hello"))?.body } == "5 true")
        #expect(try await slow == "300000 true")
    }

    @Test func `gives up a peer that does not read a long reply`() async throws {
        let sent = ManualResponder()
        let listener = try LiveListener(threads: 1, writeTimeout: .seconds(1), responder: sent)
        let peer = try listener.connect()
        try peer.send(Record.request("hello"))
        let exchange = try #require(try await onThread { sent.exchanges(count: 1) }.first)
        let start = ContinuousClock.now
        try await onThread {
            _ = exchange.reply(Response(status: 200, body: String(repeating: "x", count: 10_000_000)))
        }
        #expect(start.duration(to: .now) < .seconds(5))
        withExtendedLifetime(peer) {}
    }

    @Test func `replies 500 if the responder does not reply`() throws {
        let listener = try LiveListener(responder: LiveListener.Answer { _, _ in })
        #expect(
            try listener.reply(to: Record.request("hello"))?.text.hasPrefix("Status: 500 Internal Server Error\r\n")
                == true)
    }

    @Test func `answers although silent peers outnumber its threads`() async throws {
        let listener = try LiveListener(threads: 2)
        let silent = try (0..<3).map { _ in try listener.connect() }
        try silent[2].send([.begin(), .params(["CONTENT_LENGTH": "5"])])
        let answer = try await timed { try listener.reply(to: Record.request("hello"))?.body }
        withExtendedLifetime(silent) {
            #expect(answer.body == "hello")
            #expect(answer.duration < Self.limit)
        }
    }

    @Test func `answers before the read timeout while it has threads in reserve`() async throws {
        let listener = try LiveListener(threads: 1, reserve: 3)
        let silent = try (0..<3).map { _ in try listener.connect() }
        let answer = try await timed { try listener.reply(to: Record.request("hello"))?.body }
        withExtendedLifetime(silent) {
            #expect(answer.body == "hello")
            #expect(answer.duration < Listener.readTimeout)
        }
    }

    /// The bytes that a peer sends at once, and the byte that the peer then repeats slowly: inside the parameters,
    /// inside the body, and outside of FastCGI.
    private static let drips: [(start: [UInt8], byte: UInt8)] = [
        (Record.begin().bytes + [1, 4, 0, 1, 0xff, 0xff, 0, 0], 0x7f),
        (Record.request(["CONTENT_LENGTH": "900"]).dropLast().flatMap(\.bytes) + [1, 5, 0, 1, 3, 0x84, 0, 0], 0x20),
        (Array("GET / HTTP/1.1\r\n".utf8), 0x20),
    ]

    @Test(arguments: drips)
    func `answers although a peer sends single bytes slowly`(_ start: [UInt8], byte: UInt8) async throws {
        let listener = try LiveListener(threads: 1)
        let dripping = try listener.connect()
        try dripping.send(start)
        let isOver = Atomic(false)
        async let drips: Void = onThread {
            while !isOver.load(ordering: .relaxed), (try? dripping.send([byte])) != nil { usleep(300_000) }
        }
        let answer = try await timed { try listener.reply(to: Record.request("hello"))?.body }
        isOver.store(true, ordering: .relaxed)
        try await drips
        #expect(answer.body == "hello")
        #expect(answer.duration < Self.limit)
    }

    @Test func `reports a missing end of the body to the peer`() async throws {
        let listener = try LiveListener(threads: 1)
        let peer = try listener.connect()
        try peer.send(Record.request("hello").dropLast())
        let reply = try await onThread { try peer.reply() }
        #expect(reply?.body == #"malformed("the body has no end-of-stream record")"#)
    }

    private func timed(
        _ body: @escaping @Sendable () throws -> Substring?
    ) async throws -> (body: Substring?, duration: Duration) {
        try await onThread {
            let start = ContinuousClock.now
            return (try body(), start.duration(to: .now))
        }
    }
}

@Suite struct `a listener that stops` {
    private let folder: TemporaryFolder
    private let socket: ListeningSocket

    init() throws {
        folder = try TemporaryFolder()
        socket = try ListeningSocket(path: folder.path(of: "socket"))
    }

    private func connect() throws -> Peer { try Peer(path: folder.path(of: "socket")) }

    private func listener(_ responder: any Responder = LiveListener.Echo()) -> Listener {
        Listener(socket: socket, threads: 1, reserve: 1, bodyLimit: 1000, responder: responder)
    }

    @Test func `removes its socket`() throws {
        listener().stop()
        #expect(throws: Peer.Broken.self) { try connect() }
    }

    @Test func `leaves new connections to the next listener`() throws {
        // A second link, as an inherited socket stays in the file system after this process.
        let kept = folder.path(of: "kept")
        try #require(link(folder.path(of: "socket"), kept) == 0)
        listener().stop()
        let peer = try Peer(path: kept)
        try peer.send(Record.request("hello"))
        #expect(!peer.hears(within: .milliseconds(200)))

        let next = listener()
        defer { next.stop() }
        #expect(try peer.reply()?.body == "hello")
    }

    @Test func `leaves waiting connections to the next listener`() async throws {
        let peers = try (0..<40).map { _ in try connect() }
        for peer in peers { try peer.send(Record.request("hello")) }
        let slow = LiveListener.Answer { request, exchange in
            usleep(50_000)
            LiveListener.Echo().respond(to: request, through: exchange)
        }
        let first = listener(slow)
        #expect(peers[0].hears(within: .seconds(5)))
        try await onThread { first.stop() }
        #expect(peers.count { !$0.hears(within: .zero) } > 20)

        let next = listener()
        defer { next.stop() }
        for peer in peers { #expect(try peer.reply()?.body == "hello") }
    }

    @Test func `still sends pending replies`() async throws {
        let responder = ManualResponder()
        let listener = listener(responder)
        let peer = try connect()
        try peer.send(Record.request("hello"))
        let exchanges = try await onThread { responder.exchanges(count: 1) }
        listener.stop()
        #expect(!peer.hears(within: .zero))
        for exchange in exchanges { exchange.reply(Response(status: 202, body: "{}")) }
        #expect(try peer.reply()?.body == "{}")
    }
}

/// Leaves the replies to the test.
private final class ManualResponder: Responder {
    private let exchanges = Mutex<[Exchange]>([])

    func respond(to request: Request, through exchange: Exchange) { exchanges.withLock { $0.append(exchange) } }

    /// Waits for `count` exchanges and returns them; returns fewer after ten seconds.
    func exchanges(count: Int) -> [Exchange] {
        for _ in 0..<10_000 where exchanges.withLock({ $0.count }) < count { usleep(1000) }
        return exchanges.withLock { $0 }
    }
}
