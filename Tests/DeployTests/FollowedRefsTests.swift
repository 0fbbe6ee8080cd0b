import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

/// A site fails only for the reference that it follows.
@Suite(.onPlainThreads) final class `an unrelated reference`: Sendable {
    private let blog: Blog
    private var limits: Limits { .within(.seconds(20)) }

    init() throws { blog = try Blog() }

    deinit { blog.remove() }

    /// A site that follows `main`, as a branch or as a pattern of branches.
    private func strategy(_ isMirror: Bool) throws -> any Strategy {
        isMirror
            ? MirrorStrategy(path: blog.site, pattern: try #require(RefPattern(branch: "mai*")))
            : PullStrategy(path: blog.site)
    }

    private func expectDeployment(_ strategy: any Strategy, at location: SourceLocation = #_sourceLocation) throws {
        for text in ["two\n", "three\n"] {
            let commit = try blog.push(["index.html": text])
            #expect(strategy.deploy([commit], limits) == .deployed(commit), sourceLocation: location)
            #expect(try blog.git("rev-parse", "HEAD", in: blog.site) == commit.description, sourceLocation: location)
        }
    }

    @Test(arguments: [false, true]) func `may become a folder of branches`(_ isMirror: Bool) throws {
        try blog.git("push", "--quiet", "origin", "HEAD:feature", in: blog.author)
        try blog.git("fetch", "--quiet", in: blog.site)
        try blog.git("push", "--quiet", "--delete", "origin", "feature", in: blog.author)
        try blog.git("push", "--quiet", "origin", "HEAD:feature/x", in: blog.author)
        #expect(throws: GitError.self) { try blog.git("fetch", "--quiet", in: blog.site) }
        try expectDeployment(strategy(isMirror))
    }

    @Test(arguments: [false, true]) func `may become a folder of tags`(_ isMirror: Bool) throws {
        try blog.git("push", "--quiet", "origin", "HEAD:refs/tags/v1", in: blog.author)
        try blog.git("fetch", "--quiet", "--tags", in: blog.site)
        try blog.git("push", "--quiet", "--delete", "origin", "v1", in: blog.author)
        try blog.git("push", "--quiet", "origin", "HEAD:refs/tags/v1/x", in: blog.author)
        try expectDeployment(strategy(isMirror))
        try blog.git("config", "remote.origin.tagOpt", "--tags", in: blog.site)
        try expectDeployment(strategy(isMirror))
    }

    @Test(arguments: [false, true]) func `may be a tag that moves`(_ isMirror: Bool) throws {
        try blog.git("config", "remote.origin.tagOpt", "--tags", in: blog.site)
        try blog.git("push", "--quiet", "origin", "HEAD:refs/tags/latest", in: blog.author)
        try blog.git("fetch", "--quiet", "--tags", in: blog.site)
        try blog.push(["index.html": "moved\n"])
        try blog.git("push", "--quiet", "--force", "origin", "HEAD:refs/tags/latest", in: blog.author)
        #expect(throws: GitError.self) { try blog.git("fetch", "--quiet", in: blog.site) }
        try expectDeployment(strategy(isMirror))
    }

    @Test(arguments: [false, true]) func `may have the name of the branch`(_ isMirror: Bool) throws {
        try blog.git("push", "--quiet", "origin", "HEAD:refs/tags/main", in: blog.author)
        try blog.git("fetch", "--quiet", "--tags", in: blog.site)
        try blog.push(["index.html": "later\n"])
        let strategy = try strategy(isMirror)
        let commit = try blog.commit(["index.html": "two\n"], in: blog.author)
        try blog.git("push", "--quiet", "origin", "HEAD:refs/heads/main", in: blog.author)
        #expect(strategy.deploy([commit], limits) == .deployed(commit))
    }

    @Test(arguments: ["refs/tags/v1", "refs/heads/other", "refs/remotes/origin/other"], [false, true])
    func `may be locked by a git that was killed`(_ name: String, _ isMirror: Bool) throws {
        try blog.git("push", "--quiet", "origin", "HEAD:other", "HEAD:refs/tags/v1", in: blog.author)
        try blog.git("branch", "other", in: blog.site)
        try blog.write("", to: "site/.git/\(name).lock")
        try expectDeployment(strategy(isMirror))
    }
}
