import Configuration
import Foundation
import TestSupport
import Testing

@testable import bellpull

@Suite struct `the name of the site at REPO_PATH` {
    private let folder: TemporaryFolder
    private let state: StateDirectory

    init() throws {
        folder = try TemporaryFolder()
        for path in ["a/blog", "b/blog", "state"] {
            try FileManager.default.createDirectory(atPath: folder(path), withIntermediateDirectories: true)
        }
        state = StateDirectory(environment: ["STATE_DIRECTORY": folder("state")])
    }

    private func name(of path: String, claims: Bool = true) throws -> String {
        let source = ConfigurationSource(
            environment: ["GITHUB_SECRET": "It's a Secret to Everybody", "REPO_PATH": path],
            fallbackMainFile: folder("none.toml"))
        let configuration = SiteNames(in: state).apply(to: try Configuration.load(source), claims: claims)
        return try #require(configuration.sites.first).name
    }

    @Test func `is the folder's, for the first clone of that name, and for good`() throws {
        #expect(try name(of: folder("a/blog")) == "blog")
        let other = try name(of: folder("b/blog"))
        #expect(other.wholeMatch(of: /blog-[0-9a-f]{8}/) != nil)
        for claims in [true, false] {
            #expect(try name(of: folder("a/blog"), claims: claims) == "blog")
            #expect(try name(of: folder("b/blog"), claims: claims) == other)
        }
    }

    @Test func `is the folder's as long as no service has claimed it`() throws {
        #expect(try name(of: folder("a/blog"), claims: false) == "blog")
        #expect(try name(of: folder("b/blog"), claims: false) == "blog")
        #expect(!FileManager.default.fileExists(atPath: folder("state/names")))
    }

    @Test func `is the same by another path to the same folder`() throws {
        try FileManager.default.createSymbolicLink(atPath: folder("c"), withDestinationPath: folder("a"))
        #expect(try name(of: folder("a/blog")) == "blog")
        #expect(try name(of: folder("c/blog")) == "blog")
        #expect(try name(of: folder("b/../a/blog/")) == "blog")
    }

    @Test func `is one of several clones' where many services start at once`() throws {
        let paths = (0..<20).map { folder("\($0)/blog") }
        for path in paths { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        DispatchQueue.concurrentPerform(iterations: 20) { _ = try? name(of: paths[$0]) }
        let names = try paths.map { try name(of: $0) }
        #expect(Set(names).count == 20 && names.count { $0 == "blog" } == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("state/names")) == ["blog"])
    }

    @Test func `is no longer than a name may be`() throws {
        let long = String(repeating: "x", count: 64)
        for path in ["a/\(long)", "b/\(long)"] {
            try FileManager.default.createDirectory(atPath: folder(path), withIntermediateDirectories: true)
        }
        #expect(try name(of: folder("a/\(long)")) == long)
        let other = try name(of: folder("b/\(long)"))
        #expect(other.count == 64 && other.hasPrefix(long.prefix(55) + "-"))
    }

    @Test func `is the folder's where nothing can be recorded`() throws {
        try FileManager.default.removeItem(atPath: folder("state"))
        try Data().write(to: URL(fileURLWithPath: folder("state")))
        #expect(try name(of: folder("a/blog")) == "blog")
    }
}
