@testable import Configuration
import Foundation
import Testing

@Suite struct `a file` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private func trouble(_ name: String, limit: Int = 100) -> FileTrouble? {
        do throws(FileTrouble) {
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

    @Test func `is missing, also below what is no folder`() throws {
        try etc.write("file", "x")
        #expect(trouble("none") == .missing)
        #expect(trouble("none/file") == .missing)
        #expect(trouble("file/file") == .missing)
    }

    @Test func `is no folder`() { #expect(trouble("") == .folder) }

    @Test(.timeLimit(.minutes(1))) func `is no pipe, device or socket, and is not waited for`() throws {
        mkfifo(etc("pipe"), 0o600)
        #expect(trouble("pipe") == .notAFile)
        symlink("/dev/zero", etc("zero"))
        #expect(trouble("zero") == .notAFile)
        symlink("/dev/null", etc("null"))
        #expect(trouble("null") == .notAFile)
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
        #expect(trouble("socket") == .notAFile)
    }

    @Test func `is no link to nothing or to itself`() throws {
        symlink(etc("none"), etc("dangling"))
        symlink("loop", etc("loop"))
        try etc.write("file", "x")
        symlink("file", etc("link"))
        #expect(trouble("dangling") == .danglingLink)
        #expect(trouble("loop") == .linkLoop)
        #expect(trouble("link") == nil)
    }

    @Test func `has no more bytes than it may`() throws {
        try etc.write("file", String(repeating: "x", count: 101))
        #expect(trouble("file") == .tooLarge(limit: 100))
        #expect(trouble("file", limit: 101) == nil)
        // A file that says it is empty, and is not.
        #expect(throws: FileTrouble.tooLarge(limit: 3)) { try PlainFile(at: "/proc/self/status", limit: 3) }
    }

    @Test func `is UTF-8 text without NUL`() throws {
        try etc.write("latin", Data([0x63, 0x61, 0x66, 0xe9]))
        #expect(trouble("latin") == .notUTF8)
        try etc.write("nul", "a\0b")
        #expect(trouble("nul") == .holdsNUL)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything")) func `is not read without permission`() throws {
        try etc.write("file", "x", mode: 0)
        #expect(trouble("file") == .unreadable(user: NSUserName()))
    }

    @Test func `that may not be read is so in words`() {
        let trouble = FileTrouble(EACCES, path: "/etc/shadow")
        #expect(trouble.message == "cannot be read by \(NSUserName())")
        #expect(
            trouble.hint(path: "/etc/shadow")
                == "chown or chmod /etc/shadow and the folders above it so that \(NSUserName()) can read it")
        #expect(FileTrouble(EMFILE, path: "/").message == "cannot be read: Too many open files")
    }

    @Test func `in trouble is named wherever it is, in words and with a way out`() throws {
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
                "\(etc("sites/big.toml")) has more than 1 MiB",
                "\(etc("sites/folder.toml")) is a folder, not a file",
                "\(etc("sites/latin.toml")) is not UTF-8 text",
                "\(etc("sites/link.toml")) is a symbolic link to something that does not exist",
                "\(etc("sites/pipe.toml")) is a pipe, a socket or a device, not a file",
            ])
        #expect(issues.allSatisfy { $0.hint?.isEmpty == false })
    }
}
