@testable import Configuration
import Foundation
import Testing

@Suite struct `a file` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private func error(_ name: String, limit: Int = 100) -> FileError? {
        do throws(FileError) {
            _ = try PlainFile(at: etc(name), limit: limit)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["", "x", "a\nb\r\n", "é\u{202e}", String(repeating: "x", count: 100)])
    func `is read to its end`(_ text: String) throws {
        try etc.write("file", text, mode: 0o640)
        let file = try PlainFile(at: etc("file"), limit: 100)
        #expect(file.text.utf8.elementsEqual(text.utf8))
        #expect(file.mode & 0o777 == 0o640)
    }

    @Test func `is missing, also below a file`() throws {
        try etc.write("file", "x")
        #expect(error("none") == .missing)
        #expect(error("none/file") == .missing)
        #expect(error("file/file") == .missing)
    }

    @Test func `is no folder`() { #expect(error("") == .folder) }

    @Test(.timeLimit(.minutes(1))) func `is no pipe, device or socket, and does not block`() throws {
        mkfifo(etc("pipe"), 0o600)
        #expect(error("pipe") == .notAFile)
        symlink("/dev/zero", etc("zero"))
        #expect(error("zero") == .notAFile)
        symlink("/dev/null", etc("null"))
        #expect(error("null") == .notAFile)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: etc("socket").utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
        #expect(error("socket") == .notAFile)
    }

    @Test func `is no dangling link and no loop of links`() throws {
        symlink(etc("none"), etc("dangling"))
        symlink("loop", etc("loop"))
        try etc.write("file", "x")
        symlink("file", etc("link"))
        #expect(error("dangling") == .danglingLink)
        #expect(error("loop") == .linkLoop)
        #expect(error("link") == nil)
    }

    @Test func `is not larger than its limit`() throws {
        try etc.write("file", String(repeating: "x", count: 101))
        #expect(error("file") == .tooLarge(limit: 100))
        #expect(error("file", limit: 101) == nil)
        // A file with content and a size of 0.
        #expect(throws: FileError.tooLarge(limit: 3)) { try PlainFile(at: "/proc/self/status", limit: 3) }
    }

    @Test func `is UTF-8 text without NUL`() throws {
        try etc.write("latin", Data([0x63, 0x61, 0x66, 0xe9]))
        #expect(error("latin") == .notUTF8)
        try etc.write("nul", "a\0b")
        #expect(error("nul") == .containsNUL)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything")) func `cannot be read without permission`() throws {
        try etc.write("file", "x", mode: 0)
        #expect(error("file") == .unreadable(user: NSUserName()))
    }

    @Test func `that cannot be read is reported with place and hint`() throws {
        try etc.write("bellpull.toml", "secret_file = \"\(etc("pipe"))\"")
        mkfifo(etc("pipe"), 0o600)
        try etc.write("sites/big.toml", String(repeating: "#", count: (1 << 20) + 1))
        try etc.write("sites/latin.toml", Data([0xe9]))
        mkdir(etc("sites/folder.toml"), 0o700)
        symlink("nothing", etc("sites/link.toml"))
        mkfifo(etc("sites/pipe.toml"), 0o600)
        let issues = etc.issues()
        #expect(
            issues.map { "\($0.place) \($0.message)" } == [
                "\(etc("bellpull.toml")):1 the secret file \(etc("pipe")) is a pipe, a socket or a device, not a file",
                "\(etc("sites/big.toml")) is larger than 1 MiB",
                "\(etc("sites/folder.toml")) is a folder, not a file",
                "\(etc("sites/latin.toml")) is not UTF-8 text",
                "\(etc("sites/link.toml")) is a symbolic link to a missing file",
                "\(etc("sites/pipe.toml")) is a pipe, a socket or a device, not a file",
            ])
        #expect(issues.allSatisfy { $0.hint?.isEmpty == false })
    }
}
