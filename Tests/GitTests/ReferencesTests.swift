import TestSupport
import Foundation
import Testing

@testable import Git

@Suite final class `references of a repository` {
    private let folder: String
    private let first = String(repeating: "1a", count: 20)
    private let second = String(repeating: "2b", count: 20)

    private var references: References {
        References(gitDirectory: "\(folder)/own", commonDirectory: "\(folder)/common")
    }

    init() throws {
        folder = try TemporaryFolder.make()
        for name in ["own", "common/refs/heads"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @Test func `tell where HEAD is`() throws {
        #expect(references.head == nil)
        try write("ref: refs/heads/docs/next\n", to: "own/HEAD")
        #expect(references.head == "refs/heads/docs/next" && references.detachedHead == nil)
        try write("\(first)\n", to: "own/HEAD")
        #expect(references.head == nil && references.detachedHead == Commit(first))
    }

    @Test func `tell where a loose branch is`() throws {
        try write("\(first)\n", to: "common/refs/heads/main")
        #expect(references.commit(of: "refs/heads/main") == Commit(first))
    }

    @Test func `tell where a packed branch is`() throws {
        try write(
            """
            # pack-refs with: peeled fully-peeled sorted
            \(first) refs/heads/main2
            \(first) refs/heads/x/refs/heads/main
            \(second) refs/heads/main
            \(first) refs/tags/v1
            ^\(second)

            """, to: "common/packed-refs")
        #expect(references.commit(of: "refs/heads/main") == Commit(second))
        #expect(references.commit(of: "refs/tags/v1") == Commit(first))
        #expect(references.commit(of: "refs/heads/mai") == nil)
    }

    @Test func `believe the loose one first`() throws {
        try write("\(second) refs/heads/main\n", to: "common/packed-refs")
        try write("\(first)\n", to: "common/refs/heads/main")
        #expect(references.commit(of: "refs/heads/main") == Commit(first))
    }

    @Test(arguments: ["", "\n", "ref: refs/heads/other\n", "1a1a\n", "\0\0\0\0"])
    func `say nothing of a branch whose file holds no commit`(_ text: String) throws {
        try write("\(second) refs/heads/main\n", to: "common/packed-refs")
        try write(text, to: "common/refs/heads/main")
        #expect(references.commit(of: "refs/heads/main") == nil)
    }

    private func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }
}
