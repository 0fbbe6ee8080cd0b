import Processes
import TestSupport
import Foundation
import Testing

@testable import Git

@Suite(.onPlainThreads) struct `clone` {
    private var limits: Limits { .within(.seconds(20)) }

    @Test func `knows its head and its upstream, loose and packed`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let first = try blog.head(of: blog.site)
        let second = try blog.commit(["local.html": "x\n"], in: blog.site)
        #expect(first != second)
        for _ in 0..<2 {
            #expect(clone.head == second)
            #expect(clone.fetchedUpstream == first)
            try blog.git("pack-refs", "--all", in: blog.site)
            #expect(!blog.exists("site/.git/refs/heads/main"))
        }
        let third = try blog.commit(["more.html": "x\n"], in: blog.site)
        #expect(clone.head == third)
    }

    @Test func `needs no git to know its head`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let head = try blog.head(of: blog.site)
        try blog.write("[broken", to: "site/.git/config")
        #expect(throws: GitError.self) { try clone.status(limits) }
        #expect(clone.head == head)
    }

    @Test func `has no head while HEAD is elsewhere`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        #expect(clone.isOnBranch)
        try blog.git("checkout", "--quiet", "--detach", in: blog.site)
        #expect(clone.head == nil && !clone.isOnBranch)
        try blog.git("checkout", "--quiet", "-b", "next", in: blog.site)
        #expect(clone.head == nil && !clone.isOnBranch)
        try blog.git("checkout", "--quiet", "main", in: blog.site)
        #expect(clone.head != nil && clone.isOnBranch)
    }

    @Test func `pulls, and rebases what is local`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let pushed = try blog.push(["index.html": "two\n"])
        try clone.pull(.fastForward, limits)
        #expect(clone.head == pushed && clone.fetchedUpstream == pushed)
        try blog.commit(["local.html": "x\n"], in: blog.site)
        let next = try blog.push(["index.html": "three\n"])
        try clone.pull(.rebase, limits)
        #expect(try blog.git("rev-parse", "HEAD~", in: blog.site) == next.description)
        #expect(try blog.text("site/index.html") == "three\n")
        #expect(try blog.text("site/local.html") == "x\n")
    }

    @Test func `asks the remote for its upstream, and fetches nothing`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let before = try #require(clone.fetchedUpstream)
        let pushed = try blog.push(["index.html": "two\n"])
        // A longer name with the same ending sorts before refs/heads/main.
        try blog.git("push", "--quiet", "origin", "HEAD~:refs/a/refs/heads/main", in: blog.author)
        #expect(try clone.remoteCommit(limits) == pushed)
        #expect(clone.fetchedUpstream == before)
        #expect(try clone.contains(before, limits) && !clone.contains(pushed, limits))
        try clone.pull(.fastForward, limits)
        #expect(try clone.contains(before, limits) && clone.contains(pushed, limits))
        try blog.git("update-ref", "-d", "refs/heads/main", in: blog.remote)
        #expect(try clone.remoteCommit(limits) == nil)
    }

    @Test func `counts its own commits`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        #expect(try clone.countLocalCommits(limits) == 0)
        for name in ["a", "b", "c"] { try blog.commit([name: "x\n"], in: blog.site) }
        #expect(try clone.countLocalCommits(limits) == 3)
        let second = try #require(Commit(blog.git("rev-parse", "HEAD~", in: blog.site)))
        #expect(try clone.countLocalCommits(besides: second, limits) == 1)
    }

    @Test func `resets, unless that would lose a local change`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let first = try blog.head(of: blog.site)
        let second = try blog.commit(["index.html": "two\n", "other.html": "one\n"], in: blog.site)
        try blog.write("mine\n", to: "site/index.html")
        #expect(throws: GitError.self) { try clone.reset(keepingChanges: first, limits) }
        #expect(clone.head == second)
        #expect(try blog.text("site/index.html") == "mine\n")
        try blog.git("checkout", "--quiet", "index.html", in: blog.site)
        try clone.reset(keepingChanges: first, limits)
        #expect(clone.head == first && !blog.exists("site/other.html"))
    }

    @Test func `tells where it is and whether it is clean`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        try blog.push(["a.html": "a\n"])
        try blog.push(["b.html": "b\n"])
        let head = try blog.commit(["local.html": "x\n"], in: blog.site)
        try blog.git("fetch", "--quiet", in: blog.site)
        #expect(try clone.status(limits) == BranchClone.Status(head: head, ahead: 1, behind: 2, isDirty: false))
        try blog.write("x\n", to: "site/untracked.html")
        #expect(try !clone.status(limits).isDirty)
        try blog.write("y\n", to: "site/local.html")
        #expect(try clone.status(limits).isDirty)
    }

    @Test func `is as clean as git pull holds it to be when a submodule is behind`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        try blog.addSubmodule("theme")
        try blog.commit(["new.html": "x\n"], in: "\(blog.author)/theme")
        try blog.push([:])
        try clone.pull(.fastForward, limits)
        #expect(try blog.git("status", "--porcelain", in: blog.site) == " M theme")
        #expect(try !clone.status(limits).isDirty)
    }
}

@Suite struct `clone status` {
    @Test func `reads what git prints`() {
        let commit = String(repeating: "1a", count: 20)
        let status = BranchClone.Status(
            porcelain: """
                # branch.oid \(commit)
                # branch.head main
                # branch.upstream origin/main
                # branch.ab +3 -12
                1 .M N... 100644 100644 100644 \(commit) \(commit) # odd
                """)
        #expect(status == BranchClone.Status(head: Commit(commit), ahead: 3, behind: 12, isDirty: true))
    }

    @Test func `knows no head before the first commit`() {
        let status = BranchClone.Status(porcelain: "# branch.oid (initial)\n# branch.head main")
        #expect(status == BranchClone.Status(head: nil, ahead: 0, behind: 0, isDirty: false))
    }
}
