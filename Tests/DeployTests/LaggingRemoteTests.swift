import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

/// A forge delivers a push before its git servers show the commit.
@Suite(.onPlainThreads) struct `a remote that lags` {
    private let limits = Limits.within(.seconds(20))

    private func target(_ commit: Commit, before: Commit?, ref: String = "refs/heads/main") -> DeploymentRecord.Target {
        DeploymentRecord.Target(ref: ref, commit: commit, before: before)
    }

    @Test func `leaves a pull waiting, and the next try deploys`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = PullStrategy(path: blog.site)
        let before = try blog.head(of: blog.author)
        let commit = try blog.commit(["index.html": "two\n"], in: blog.author)
        let announced = [target(commit, before: before)]
        #expect(pull.deploy(targets: announced, limits).result == .waiting(for: commit.short))
        #expect(try blog.head(of: blog.site) == before)
        try blog.git("push", "--quiet", "origin", "HEAD", in: blog.author)
        #expect(pull.deploy(targets: announced, limits).result == .deployed(commit))
        #expect(pull.deploy(targets: announced, limits).result == .unchanged(commit))
    }

    @Test func `leaves a pull waiting at a commit in between`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = PullStrategy(path: blog.site)
        let first = try blog.head(of: blog.author)
        let second = try blog.push(["index.html": "two\n"])
        let third = try blog.commit(["index.html": "three\n"], in: blog.author)
        let announced = [target(third, before: second), target(second, before: first)]
        #expect(pull.deploy(targets: announced, limits).result == .waiting(for: third.short))
        #expect(try blog.head(of: blog.site) == second, "what the remote shows is live")
    }

    @Test func `does not stop a pull of a branch that was rewritten`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = PullStrategy(path: blog.site)
        let first = try blog.head(of: blog.author)
        let removed = try blog.push(["index.html": "two\n"])
        let replaced = try blog.replaceLastPush(with: ["index.html": "other\n"])
        let (result, note) = pull.deploy(targets: [target(removed, before: first)], limits)
        #expect(result == .deployed(replaced))
        #expect(note == "refs/heads/main was rewritten: the remote no longer has \(removed.short)")
    }

    @Test func `leaves a pull of a branch that does not exist yet waiting`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = PullStrategy(path: blog.site)
        let commit = try blog.head(of: blog.author)
        try blog.git("update-ref", "-d", "refs/heads/main", in: blog.remote)
        let next = try blog.commit(["index.html": "two\n"], in: blog.author)
        #expect(pull.deploy(targets: [target(next, before: nil)], limits).result == .waiting(for: next.short))
        #expect(pull.deploy(targets: [], limits).result.failure != nil)
        #expect(try blog.head(of: blog.site) == commit)
    }

    @Test func `leaves a mirror waiting for a tag, and the next try deploys`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let mirror = MirrorStrategy(path: blog.site, pattern: try #require(RefPattern(tag: "v*")))
        let commit = try blog.push(["index.html": "two\n"])
        let announced = [target(commit, before: nil, ref: "refs/tags/v1")]
        #expect(mirror.deploy(targets: announced, limits).result == .waiting(for: commit.short), "no tag at all yet")
        try blog.git("tag", "v0", "HEAD~", in: blog.author)
        try blog.git("push", "--quiet", "origin", "v0", in: blog.author)
        #expect(mirror.deploy(targets: announced, limits).result == .waiting(for: commit.short))
        try blog.git("tag", "--annotate", "--message", "one", "v1", in: blog.author)
        try blog.git("push", "--quiet", "origin", "v1", in: blog.author)
        #expect(mirror.deploy(targets: announced, limits).result == .deployed(commit))
    }

    @Test func `leaves a mirror waiting for the deletion of its highest tag`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let mirror = MirrorStrategy(path: blog.site, pattern: try #require(RefPattern(tag: "v*")))
        let one = try blog.head(of: blog.author)
        try blog.git("tag", "v1", in: blog.author)
        let two = try blog.push(["index.html": "two\n"])
        try blog.git("tag", "v2", in: blog.author)
        try blog.git("push", "--quiet", "--tags", in: blog.author)
        #expect(mirror.deploy([], limits) == .deployed(two))
        let deletion = DeploymentRecord.Target(ref: "refs/tags/v2", commit: two, isDeletion: true)
        #expect(
            mirror.deploy(targets: [deletion], limits).result == .waiting(for: "the deletion of refs/tags/v2"))
        try blog.git("push", "--quiet", "origin", ":refs/tags/v2", in: blog.author)
        #expect(mirror.deploy(targets: [deletion], limits).result == .deployed(one))
    }
}
