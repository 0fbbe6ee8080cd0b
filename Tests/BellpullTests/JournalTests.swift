import Foundation
import Processes
import TestSupport
import Testing

@testable import bellpull

@Suite struct `the journal of bellpull add` {
    private let folder: TemporaryFolder
    private let user: UserIdentity

    init() throws {
        folder = try TemporaryFolder()
        user = try #require(UserIdentity(geteuid()))
    }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder(name)) }

    @Test func `undoes everything, the last first`() throws {
        let journal = Journal(at: folder(".blog.adding"), user, [])
        for name in ["a", "a/b"] {
            try journal.note(.folder(folder(name)))
            mkdir(folder(name), 0o755)
        }
        try journal.note(.contents(folder("a/b")))
        try journal.note(.file(folder("secret")))
        for name in ["secret", "a/b/x", "other"] {
            try "x".write(toFile: folder(name), atomically: false, encoding: .utf8)
        }
        #expect(exists(".blog.adding"))
        journal.undo()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["other"])
    }

    @Test func `keeps a folder that somebody else has put a file into`() throws {
        let journal = Journal(at: folder(".blog.adding"), user, [.folder(folder("a"))])
        mkdir(folder("a"), 0o755)
        try "a person's".write(toFile: folder("a/file"), atomically: false, encoding: .utf8)
        journal.undo()
        #expect(exists("a/file"))
    }

    @Test(
        arguments: [
            ("file /etc/x", Journal.Trace.file("/etc/x")), ("folder /srv/my blog", .folder("/srv/my blog")),
            ("contents /srv/x", .contents("/srv/x")), ("owner /srv/x", .owner("/srv/x")), ("file relative", nil),
            ("fil", nil),
            ("file", nil), ("other /x", nil), ("", nil),
        ] as [(String, Journal.Trace?)])
    func `reads its lines again, except for one that was cut short`(_ line: String, _ trace: Journal.Trace?) {
        #expect(Journal.Trace(line: Substring(line)) == trace)
        if let trace { #expect(trace.line == line) }
    }
}
