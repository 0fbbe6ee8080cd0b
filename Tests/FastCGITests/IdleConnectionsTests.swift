import Testing

@testable import FastCGI

@Suite struct `idle connections` {
    private func reply(of listener: LiveListener) async throws -> Substring? {
        try await onThread { try listener.reply(to: Record.request("hello"))?.body }
    }

    /// Each silent connection would hold the only thread for the read timeout, and a peer waits ten seconds.
    @Test func `hold no thread`() async throws {
        let listener = try LiveListener(threads: 1, idleLimit: 512)
        let silent = try (0..<150).map { _ in try listener.connect() }
        for _ in 0..<3 { #expect(try await reply(of: listener) == "hello") }
        withExtendedLifetime(silent) {}
    }

    @Test func `are answered when they speak at last`() async throws {
        let listener = try LiveListener(threads: 1, idleLimit: 8)
        let silent = try (0..<3).map { _ in try listener.connect() }
        #expect(try await reply(of: listener) == "hello")
        let late = try listener.connect()
        #expect(!late.hears(within: .milliseconds(100)))
        try late.send(Record.request("late"))
        #expect(try late.reply()?.body == "late")
        withExtendedLifetime(silent) {}
    }

    @Test func `are closed when they are too many, the oldest first`() async throws {
        let listener = try LiveListener(threads: 1, idleLimit: 3)
        let start = ContinuousClock.now
        let silent = try (0..<5).map { _ in try listener.connect() }
        #expect(silent[0].hears(within: .seconds(2)) && silent[1].hears(within: .seconds(2)))
        let isOpen = !silent[4].hears(within: .zero)
        #expect(isOpen || start.duration(to: .now) > Listener.readTimeout)
        #expect(try await reply(of: listener) == "hello")
    }

    @Test func `are closed when they are silent for too long`() async throws {
        let listener = try LiveListener(threads: 1, idleLimit: 3)
        let start = ContinuousClock.now
        let silent = try listener.connect()
        #expect(silent.hears(within: .seconds(9)))
        #expect(start.duration(to: .now) > Listener.readTimeout - .milliseconds(100))
        #expect(try await reply(of: listener) == "hello")
    }

    @Test func `keep no listener from stopping`() async throws {
        var listener: LiveListener? = try LiveListener(threads: 2, reserve: 2, idleLimit: 3)
        let silent = try (0..<2).map { _ in try listener?.connect() }
        #expect(try await reply(of: try #require(listener)) == "hello")
        listener = nil
        #expect(silent.allSatisfy { $0?.hears(within: .seconds(1)) == true })
    }
}
