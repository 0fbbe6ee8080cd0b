import Foundation
import Testing

@testable import FastCGI

@Suite struct `a listening socket` {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path(of: "socket")
    }

    @Test func `is readable and writable for its owner and group`() throws {
        let socket = try ListeningSocket(path: path)
        try withExtendedLifetime(socket) {
            #expect(try mode(of: path) == S_IFSOCK | 0o660)
            _ = try Peer(path: path)
        }
    }

    @Test func `is removed from the file system when released`() throws {
        try withExtendedLifetime(ListeningSocket(path: path)) {
            #expect(FileManager.default.fileExists(atPath: path))
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(throws: Peer.Broken.self) { try Peer(path: path) }
    }

    @Test func `replaces a socket without a listening process`() throws {
        let kept = folder.path(of: "kept")
        try withExtendedLifetime(ListeningSocket(path: path)) {
            try #require(link(path, kept) == 0)
        }
        try #require(rename(kept, path) == 0)
        #expect(throws: Peer.Broken.self) { try Peer(path: path) }

        let socket = try ListeningSocket(path: path)
        try withExtendedLifetime(socket) { _ = try Peer(path: path) }
    }

    @Test func `does not replace a socket with a listening process`() throws {
        let first = try ListeningSocket(path: path)
        try withExtendedLifetime(first) {
            #expect(throws: ListeningSocket.SocketError.inUse(path: path)) { try ListeningSocket(path: path) }
            _ = try Peer(path: path)
        }
    }

    @Test func `does not replace a socket with a full queue`() throws {
        let first = try ListeningSocket(path: path, backlog: 0)
        let waiting = try Peer(path: path)
        _ = withExtendedLifetime((first, waiting)) {
            #expect(throws: ListeningSocket.SocketError.inUse(path: path)) { try ListeningSocket(path: path) }
        }
    }

    /// The umask belongs to the process: two threads that set it and restore it can leave the wrong value to each
    /// other, and to all git commands that start later.
    @Test func `leaves the umask alone, also if several are created at once`() throws {
        #expect(close(creat(folder.path(of: "before"), 0o666)) == 0)
        let paths = (0..<4).map { folder.path(of: "socket\($0)") }
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            for _ in 0..<2000 { _ = try? ListeningSocket(path: paths[index]) }
        }
        #expect(close(creat(folder.path(of: "after"), 0o666)) == 0)
        #expect(try mode(of: folder.path(of: "after")) == mode(of: folder.path(of: "before")))
    }

    @Test func `does not replace other files`() throws {
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: ListeningSocket.SocketError.notASocket(path: path)) { try ListeningSocket(path: path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")

        let link = folder.path(of: "link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: ListeningSocket.SocketError.notASocket(path: link)) { try ListeningSocket(path: link) }

        let subfolder = folder.path(of: "folder")
        try FileManager.default.createDirectory(atPath: subfolder, withIntermediateDirectories: false)
        #expect(throws: ListeningSocket.SocketError.notASocket(path: subfolder)) {
            try ListeningSocket(path: subfolder)
        }
    }

    @Test func `has a path of 107 bytes at most`() throws {
        let longest = path + String(repeating: "x", count: 107 - path.utf8.count)
        let socket = try ListeningSocket(path: longest)
        withExtendedLifetime(socket) { #expect(FileManager.default.fileExists(atPath: longest)) }
        let longer = longest + "x"
        #expect(throws: ListeningSocket.SocketError.pathTooLong(path: longer)) { try ListeningSocket(path: longer) }
    }

    @Test func `needs an existing folder`() {
        let path = folder.path(of: "missing/socket")
        #expect(throws: ListeningSocket.SocketError.refused(path: path, reason: "No such file or directory")) {
            try ListeningSocket(path: path)
        }
    }

    @Test func `does not remove the next socket at the same path when released after a withdrawal`() throws {
        var first: ListeningSocket? = try ListeningSocket(path: path)
        first?.withdraw()
        let second = try ListeningSocket(path: path)
        first = nil
        try withExtendedLifetime(second) { _ = try Peer(path: path) }
    }

    private func mode(of path: String) throws -> UInt32 {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return status.st_mode
    }
}
