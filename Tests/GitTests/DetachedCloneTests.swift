import Processes
import TestSupport
import Testing

@testable import Git

@Suite(.onPlainThreads) struct `a detached clone` {
    private var limits: Limits { .within(.seconds(20)) }

    private func open(_ blog: Blog) throws -> DetachedClone { try DetachedClone.open(at: blog.site, limits) }

    @Test func `finds the highest version, not the last one`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pattern = try #require(RefPattern(tag: "v*"))
        let clone = try open(blog)
        #expect(try clone.newest(pattern, limits) == nil)
        for tag in ["v1.9", "v1.10", "v2.0-rc1", "v1.2", "w9"] {
            try blog.push(["\(tag).html": "x\n"])
            try blog.git("tag", tag, in: blog.author)
        }
        let highest = try blog.push(["v2.0.html": "x\n"])
        try blog.git("tag", "--annotate", "--message", "two", "v2.0", in: blog.author)
        try blog.push(["last.html": "x\n"])
        try blog.git("push", "--quiet", "--tags", in: blog.author)
        let tag = try #require(try clone.newest(pattern, limits))
        #expect(tag.ref == "refs/tags/v2.0" && tag.commit == highest)
        #expect(try tag.object.description == blog.git("rev-parse", "v2.0", in: blog.author))
        try blog.git("push", "--quiet", "origin", ":refs/tags/v2.0", in: blog.author)
        #expect(try clone.newest(pattern, limits)?.ref == "refs/tags/v2.0-rc1")
    }

    @Test func `fetches, checks out, and counts commits of its own`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try open(blog)
        let pattern = try #require(RefPattern(branch: "mai*"))
        let pushed = try blog.push(["index.html": "two\n"])
        let newest = try #require(try clone.newest(pattern, limits))
        #expect(newest == RemoteRef(ref: "refs/heads/main", object: pushed, commit: pushed))
        try clone.fetch(newest.ref, limits, Transcript())
        #expect(try blog.git("rev-parse", "origin/main", in: blog.site) == pushed.description)
        try clone.checkOut(newest.commit, limits, Transcript())
        #expect(clone.head == pushed && DetachedClone.commit(at: blog.site) == pushed)
        #expect(try blog.text("site/index.html") == "two\n")
        #expect(try clone.countLocalCommits(besides: nil, limits) == 0)
        let local = try blog.commit(["local.html": "x\n"], in: blog.site)
        #expect(try clone.countLocalCommits(besides: nil, limits) == 1)
        #expect(try clone.countLocalCommits(besides: local, limits) == 0)
    }

    @Test func `loses no local change and no untracked file`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try open(blog)
        let before = clone.head
        let pushed = try blog.push(["index.html": "two\n", "new.html": "theirs\n"])
        try blog.git("fetch", "--quiet", in: blog.site)
        try blog.write("mine\n", to: "site/new.html")
        #expect(throws: GitError.self) { try clone.checkOut(pushed, limits, Transcript()) }
        #expect(clone.head == before)
        #expect(try blog.text("site/new.html") == "mine\n")
    }

    @Test func `has a remote`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        #expect(try open(blog).repository(limits) == RepositoryName("alice/blog"))
        try blog.git("remote", "rename", "origin", "upstream", in: blog.site)
        #expect(try open(blog).remote == "upstream")
        try blog.git("remote", "remove", "upstream", in: blog.site)
        #expect(throws: CloneError.noRemote(path: blog.site)) { try open(blog) }
    }
}
