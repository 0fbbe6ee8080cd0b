import Foundation
import Testing

@testable import FastCGI

@Suite struct `the probe of a socket` {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path(of: "socket")
    }

    @Test func `is accepted if a process listens, even with a full queue`() throws {
        let socket = try ListeningSocket(path: path, backlog: 0)
        withExtendedLifetime(socket) {
            for _ in 0..<5 { #expect(ListeningSocket.probe(path: path) == .accepted) }
        }
    }

    @Test func `is refused if no process listens`() throws {
        let kept = folder.path(of: "kept")
        try withExtendedLifetime(ListeningSocket(path: path)) {
            try #require(link(path, kept) == 0)
        }
        // A process that another test is starting may hold the socket for a moment.
        for _ in 0..<200 where ListeningSocket.probe(path: kept) == .accepted { usleep(10_000) }
        #expect(ListeningSocket.probe(path: kept) == .refused)
        #expect(FileManager.default.fileExists(atPath: kept))
    }

    @Test func `tells a missing file, another file and an unusable path apart`() throws {
        #expect(ListeningSocket.probe(path: path) == .missing)
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(ListeningSocket.probe(path: path) == .notASocket)
        #expect(ListeningSocket.probe(path: "\(path)/below") == .unknown(reason: "Not a directory"))
        let long = "/" + String(repeating: "x", count: 107)
        #expect(ListeningSocket.probe(path: long) == .unknown(reason: "the path is too long"))
    }
}
