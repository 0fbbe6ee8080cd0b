import Processes
import TestSupport
import Foundation
import Testing

@testable import Git

@Suite(.onPlainThreads) struct `repairing a clone` {
    private var limits: Limits { .within(.seconds(20)) }

    @Test func `runs no git when there is nothing to repair`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        try blog.write("[broken", to: "site/.git/config")
        try clone.repair(ownLeftovers: false, limits)
    }

    @Test(arguments: [
        "index", "HEAD", "ORIG_HEAD", "CHERRY_PICK_HEAD", "packed-refs", "refs/heads/main", "refs/remotes/origin/main",
    ])
    func `removes a lock that a killed git left`(_ name: String) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        try blog.write("", to: "site/.git/\(name).lock")
        try clone.repair(ownLeftovers: false, limits)
        #expect(!blog.exists("site/.git/\(name).lock"))
    }

    @Test func `removes any lock below the remotes if it is Bellpull's`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let lock = "site/.git/refs/remotes/origin/other.lock"
        try blog.write("", to: lock)
        try clone.repair(ownLeftovers: false, limits)
        #expect(blog.exists(lock))
        try clone.repair(ownLeftovers: true, limits)
        #expect(!blog.exists(lock))
    }

    @Test func `waits for a git in the main work tree of a linked worktree`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let tree = "\(blog.folder)/tree"
        try blog.git("worktree", "add", "--quiet", "-b", "next", tree, "origin/main", in: blog.site)
        for (site, other) in [(tree, blog.site), (blog.site, tree)] {
            let locks = try BranchClone.open(at: site, limits)
            try blog.git("config", "alias.hold", "!touch \(blog.folder)/held; exec sleep 1", in: blog.site)
            let git = Running { try Shell.run("git -C \(other) hold") }
            #expect(Observation.eventually { blog.exists("held") })
            try blog.write("", to: "site/.git/packed-refs.lock")
            #expect(throws: RepositoryBusy.self) { try locks.repair(ownLeftovers: false, .within(.milliseconds(200))) }
            #expect(blog.exists("site/.git/packed-refs.lock"))
            #expect(git.isSuccess())
            try locks.repair(ownLeftovers: false, limits)
            #expect(!blog.exists("site/.git/packed-refs.lock"))
            try FileManager.default.removeItem(atPath: "\(blog.folder)/held")
        }
    }

    @Test func `finds the locks of a linked worktree`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let tree = "\(blog.folder)/tree"
        try blog.git("worktree", "add", "--quiet", "-b", "next", tree, "origin/main", in: blog.site)
        let clone = try BranchClone.open(at: tree, limits)
        let locks = ["worktrees/tree/index", "worktrees/tree/HEAD", "refs/heads/next", "refs/remotes/origin/main"]
        for lock in locks { try blog.write("", to: "site/.git/\(lock).lock") }
        try clone.repair(ownLeftovers: false, limits)
        for lock in locks { #expect(!blog.exists("site/.git/\(lock).lock")) }
    }

    @Test func `leaves every other file alone`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let files = ["site/.git/bellpull.lock", "site/.git/config.lock", "site/index.lock", "site/yarn.lock"]
        for file in files + ["site/.git/index.lock"] { try blog.write("", to: file) }
        try clone.repair(ownLeftovers: true, limits)
        for file in files { #expect(blog.exists(file)) }
    }

    @Test func `ends a rebase that was killed`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let before = try blog.stateBeforeConflict(killed: true)
        #expect(clone.hasUnfinishedRebase && blog.exists("site/.git/index.lock"))
        try clone.repair(ownLeftovers: false, limits)
        #expect(!clone.hasUnfinishedRebase)
        #expect(try blog.state() == before)
    }

    /// Git refuses to abort a rebase that was killed while it wrote its first files.
    @Test(arguments: [[], ["interactive"], ["interactive", "head-name"], ["interactive", "head-name", "onto"]])
    func `forgets a rebase that was killed before it began`(_ files: [String]) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let before = try blog.state()
        let folder = "\(blog.site)/.git/rebase-merge"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for file in files { try blog.write("", to: "\(folder)/\(file)") }
        try clone.repair(ownLeftovers: false, limits)
        #expect(try blog.state() == before)
    }

    @Test func `leaves a conflict to the person who rebases`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        _ = try blog.stateBeforeConflict(killed: false)
        let during = try blog.state()
        let busy = #expect(throws: RepositoryBusy.self) { try clone.repair(ownLeftovers: false, limits) }
        #expect(busy?.message == "a rebase is going on in \(blog.site)")
        #expect(busy?.hint?.contains("git -C \(blog.site) rebase --abort") == true)
        #expect(try blog.state() == during)
    }

    @Test(arguments: ["s/^pick/edit/", "1a break", "1a exec false"])
    func `leaves a rebase that was told to stop to the person who told it`(_ command: String) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        for name in ["a", "b"] { try blog.commit([name: "x\n"], in: blog.site) }
        _ = try? blog.git(
            "rebase", "-i", "HEAD~2", in: blog.site, environment: ["GIT_SEQUENCE_EDITOR": "sed -i '\(command)'"])
        let during = try blog.state()
        #expect(throws: RepositoryBusy.self) { try clone.repair(ownLeftovers: false, limits) }
        #expect(try blog.state() == during)
        #expect(clone.hasUnfinishedRebase)
    }

    @Test func `ends a conflict that is Bellpull's own`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let before = try blog.stateBeforeConflict(killed: false)
        try clone.repair(ownLeftovers: true, limits)
        #expect(try blog.state() == before)
    }

    @Test func `waits for a git that holds the lock`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let commit = try blog.startCommit(lasting: .milliseconds(700))
        try clone.repair(ownLeftovers: false, limits)
        #expect(commit.isSuccess())
        #expect(try clone.status(limits).ahead == 1)
    }

    @Test func `gives up on a git that holds the lock for too long`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let commit = try blog.startCommit(lasting: .milliseconds(1500))
        let busy = #expect(throws: RepositoryBusy.self) {
            try clone.repair(ownLeftovers: true, .within(.milliseconds(300)))
        }
        #expect(busy?.message == "another git is at work in \(blog.site)")
        #expect(blog.exists("site/.git/index.lock"))
        #expect(commit.isSuccess())
    }

    @Test func `does not wait for a git elsewhere, or a dead one`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let elsewhere = try blog.startCommit(lasting: .seconds(2), in: blog.author)
        // A zombie named git: it has exited, and its parent is no shell any more and does not wait for it.
        let zombie = "cp /bin/sleep \(blog.folder)/git; cd \(blog.site); ../git 0.5 & echo $! > ../zombie; exec sleep 5"
        Thread.detachNewThread { _ = try? Shell.run(zombie) }
        let process = try Observation.process(in: "\(blog.folder)/zombie")
        #expect(Observation.eventually { Observation.state(of: process) == "Z" })
        try blog.write("", to: "site/.git/index.lock")
        try clone.repair(ownLeftovers: false, .within(.seconds(1)))
        #expect(!blog.exists("site/.git/index.lock"))
        #expect(blog.exists("author/.git/index.lock") && Observation.state(of: process) == "Z")
        #expect(elsewhere.isSuccess())
    }
}
