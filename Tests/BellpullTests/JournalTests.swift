import Foundation
import Processes
import TestSupport
import Testing

@testable import bellpull

@Suite(.onPlainThreads) struct `the journal of bellpull add` {
    private let folder: TemporaryFolder
    private let user: UserIdentity

    init() throws {
        folder = try TemporaryFolder()
        user = try #require(UserIdentity(geteuid()))
    }

    private func exists(_ name: String) -> Bool { FileIdentity(of: folder(name)) != nil }

    private func write(_ name: String, _ text: String = "x") throws {
        try text.write(toFile: folder(name), atomically: false, encoding: .utf8)
    }

    private func makeJournal() -> Journal { Journal(at: folder(".blog.adding"), user, []) }

    @Test func `undoes everything, the last first`() throws {
        let journal = makeJournal()
        for name in ["a", "a/b"] {
            mkdir(folder(name), 0o755)
            try journal.noteFolder(folder(name))
        }
        let staged = StagedClone(in: folder("a/b"))
        try staged.make(journal, user)
        try "x".write(toFile: "\(staged.path)/x", atomically: false, encoding: .utf8)
        #expect(try NewFile(folder("secret"), mode: 0o600).create(with: "x", journal))
        try write("other")
        #expect(exists(".blog.adding"))
        let undone = journal.undo()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["other"])
        #expect(undone.map(\.path) == ["secret", "a/b", "a"].map { folder($0) }.inserting(staged.path, at: 1))
        #expect(undone.allSatisfy { $0.reason == nil })
    }

    @Test func `keeps what somebody else has put in its place`() throws {
        let journal = makeJournal()
        mkdir(folder("a"), 0o755)
        try journal.noteFolder(folder("a"))
        #expect(try NewFile(folder("secret"), mode: 0o600).create(with: "x", journal))
        // Both are there, so the second cannot have the inode of the first.
        try FileManager.default.moveItem(atPath: folder("a"), toPath: folder("old"))
        try FileManager.default.moveItem(atPath: folder("secret"), toPath: folder("old secret"))
        mkdir(folder("a"), 0o755)
        try write("secret", "a person's")
        let undone = journal.undo()
        #expect(exists("a") && exists("secret") && exists("old secret"))
        #expect(undone.map(\.path) == [folder("secret"), folder("a")])
        #expect(undone.first?.text == "left \(folder("secret")), because another file has its place")
    }

    @Test func `keeps a folder that somebody else has put a file into`() throws {
        let journal = makeJournal()
        mkdir(folder("a"), 0o755)
        try journal.noteFolder(folder("a"))
        try StagedClone(in: folder("a")).make(journal, user)
        try write("a/file", "a person's")
        let undone = journal.undo()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("a")) == ["file"])
        #expect(undone.last == Journal.Undone(path: folder("a"), reason: "it has files in it"))
    }

    @Test func `never removes a link that it has not made`() throws {
        symlink("missing", folder("secret"))
        let journal = makeJournal()
        #expect(try !NewFile(folder("secret"), mode: 0o600).create(with: "x", journal))
        journal.undo()
        #expect(exists("secret"))
    }

    @Test func `takes a clone back that it has just moved to the site's folder`() throws {
        let journal = makeJournal()
        mkdir(folder("a"), 0o755)
        try journal.noteFolder(folder("a"))
        let staged = StagedClone(in: folder("a"))
        try staged.make(journal, user)
        for name in [".git", "docs"] { mkdir("\(staged.path)/\(name)", 0o755) }
        try journal.publish(staged)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("a")).sorted() == [".git", "docs"])
        journal.undo()
        #expect(!exists("a"))
    }

    @Test func `completes a whole clone that a killed command has left half way`() throws {
        mkdir(folder("a"), 0o755)
        let staged = StagedClone(in: folder("a"))
        try staged.make(makeJournal(), user)
        mkdir("\(staged.path)/docs", 0o755)
        mkdir(folder("a/.git"), 0o755)
        try write("a/.git/config", "a person's")
        let trace = Journal.Trace(.whole, staged.path, FileIdentity(of: staged.path))
        let undone = Journal(at: folder(".blog.adding"), user, [trace]).undo()
        #expect(undone.first?.reason == "it has a whole clone, which bellpull add takes over")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("a")).sorted() == [".git", "docs"])
        #expect(exists("a/.git/config"))
    }

    @Test(
        arguments: [
            ("file 1:2 /etc/x", Journal.Trace(.file, "/etc/x", FileIdentity("1:2"))),
            ("folder 1:2 /srv/my blog", Journal.Trace(.folder, "/srv/my blog", FileIdentity("1:2"))),
            ("staging - /srv/x", Journal.Trace(.staging, "/srv/x", nil)),
            ("file 1:2 relative", nil), ("file /etc/x", nil), ("file 1 /etc/x", nil), ("fil", nil), ("file", nil),
            ("other - /x", nil), ("", nil),
        ] as [(String, Journal.Trace?)])
    func `reads its lines again, except for one that was cut short`(_ line: String, _ trace: Journal.Trace?) {
        #expect(Journal.Trace(line: Substring(line)) == trace)
        if let trace { #expect(trace.line == line) }
    }

    @Test(arguments: ["..blog.adding.new", ".blog.toml.new", "..blog.removing.new", "..blog.made.new"])
    func `knows its drafts`(_ name: String) { #expect(Journal.isDraft(name)) }

    @Test(arguments: ["blog.toml.new", ".blog.toml", ".blog.adding", ".notes.new", ".new"])
    func `knows what is no draft`(_ name: String) { #expect(!Journal.isDraft(name)) }
}

extension [String] {
    fileprivate func inserting(_ text: String, at index: Int) -> [String] {
        Array(prefix(index)) + [text] + dropFirst(index)
    }
}
