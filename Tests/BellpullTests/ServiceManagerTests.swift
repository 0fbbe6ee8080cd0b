import FastCGI
import Foundation
import TestSupport
import Testing

@testable import bellpull

@Suite struct `a message to the service manager` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func manager(_ socket: NotifySocket) throws -> ServiceManager {
        try #require(ServiceManager(environment: ["NOTIFY_SOCKET": socket.name]))
    }

    @Test func `is one datagram to the socket at a path`() throws {
        let socket = try NotifySocket(folder("notify"))
        try manager(socket).notify("READY=1", "STATUS=3 sites")
        try manager(socket).notify("WATCHDOG=1", urgency: .droppable)
        #expect(socket.messages == ["READY=1\nSTATUS=3 sites", "WATCHDOG=1"])
    }

    @Test func `reaches an abstract socket`() throws {
        let socket = try NotifySocket("@bellpull-test-\(UUID().uuidString)")
        try manager(socket).notify("STOPPING=1")
        #expect(socket.messages == ["STOPPING=1"])
    }

    @Test func `asks for more time in microseconds`() throws {
        let socket = try NotifySocket(folder("notify"))
        try manager(socket).extendStart(by: .seconds(60))
        #expect(socket.messages == ["EXTEND_TIMEOUT_USEC=60000000"])
    }

    @Test func `is dropped without waiting if the manager does not read`() throws {
        let socket = try NotifySocket(folder("notify"))
        let manager = try manager(socket)
        let start = ContinuousClock.now
        for _ in 0..<10_000 { manager.notify("WATCHDOG=1", urgency: .droppable) }
        #expect(start.duration(to: .now) < .seconds(4))
        #expect((1..<10_000).contains(socket.messages.count))
    }

    @Test func `is lost without an error after the manager has gone`() throws {
        let name = folder("notify")
        let manager = try manager(try NotifySocket(name))
        unlink(name)
        manager.notify("READY=1")
    }

    @Test(arguments: [nil, "", "@", "notify", "vsock:2:1234", String(repeating: "/x", count: 60)])
    func `is not sent without a usable address`(_ name: String?) {
        #expect(ServiceManager(environment: name.map { ["NOTIFY_SOCKET": $0] } ?? [:]) == nil)
    }
}

@Suite struct `the address of a unix socket` {
    @Test func `has room for 107 bytes`() {
        #expect(UnixAddress(path: "/" + String(repeating: "x", count: 106)) != nil)
        #expect(UnixAddress(path: "/" + String(repeating: "x", count: 107)) == nil)
        #expect(UnixAddress(path: "") == nil)
    }
}
