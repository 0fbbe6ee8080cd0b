import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

/// The next deployment clears away the remains of a killed git.
@Suite(.onPlainThreads) struct `pull recovers` {
    private var limits: Limits { .within(.seconds(20)) }
    private let clock = ContinuousClock()

    @Test(arguments: ["index", "HEAD", "refs/heads/main", "refs/remotes/origin/main", "packed-refs"])
    func `from a stale lock`(_ name: String) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.write("", to: "site/.git/\(name).lock")
        let commit = try blog.push(["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        #expect(!blog.exists("site/.git/\(name).lock"))
    }

    @Test(arguments: [false, true]) func `from a killed rebase`(_ isOpen: Bool) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = isOpen ? try PullStrategy(clone: blog.open()) : PullStrategy(path: blog.site)
        _ = try blog.stateBeforeConflict(killed: true)
        try blog.git("push", "--quiet", "--force", "origin", "HEAD~:main", in: blog.author)
        #expect(pull.deploy([], limits).failure == nil)
        #expect(try blog.text("site/index.html") == "ours\n")
        #expect(!blog.exists("site/.git/rebase-merge"))
    }

    @Test func `from its own conflict, killed before it could clean up`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        // The next process opens the clone in its present state.
        let pull = PullStrategy(path: blog.site)
        _ = try blog.stateBeforeConflict(killed: false)
        try blog.write("deploying\n", to: "site/.git/bellpull.lock")
        try blog.git("push", "--quiet", "--force", "origin", "HEAD~:main", in: blog.author)
        #expect(pull.deploy([], limits).failure == nil)
        #expect(try blog.text("site/index.html") == "ours\n")
    }

    /// Bellpull was killed, and a person went on with the rebase.
    @Test func `from a rebase, and keeps the edits of a person`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = PullStrategy(path: blog.site)
        _ = try blog.stateBeforeConflict(killed: false)
        try blog.write("deploying\n", to: "site/.git/bellpull.lock")
        try blog.write("resolved by hand\n", to: "site/index.html")
        try blog.git("add", "index.html", in: blog.site)
        _ = pull.deploy([], limits)
        #expect(!blog.exists("site/.git/rebase-merge"))
        let saved = try Shell.run("cat \(blog.site)/.git/bellpull-saved/*/index.html")
        #expect(saved.output == "resolved by hand\n")
    }

    /// The restored files belong to whoever edits them next, even if the deployment then fails.
    @Test func `once, although the deployment fails then`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.push(["index.html": "two\n"])
        try blog.write("deploying\n", to: "site/.git/bellpull.lock")
        try blog.git("switch", "--quiet", "-c", "other", in: blog.site)
        #expect(pull.deploy([], limits).failure?.message.contains("is not on branch main") == true)
        try blog.git("switch", "--quiet", "main", in: blog.site)
        try blog.write("edited\n", to: "site/index.html")
        #expect(pull.deploy([], limits).failure?.message.contains("has local changes") == true)
        #expect(try blog.text("site/index.html") == "edited\n")
    }

    /// Files written already, and new files, are in the way of the next pull.
    @Test(arguments: [false, true]) func `from a killed checkout`(_ hasLocalCommit: Bool) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        if hasLocalCommit { try blog.commit(["local.html": "mine\n"], in: blog.site) }
        let before = try blog.state()
        try blog.killCheckout(of: "z.html")
        let commit = try blog.push(["index.html": "two\n", "a.html": "new\n", "z.html": "last\n"])
        let failure = try #require(pull.deploy([commit], limits).failure)
        #expect(failure.message.contains("signal 9"))
        #expect(try blog.state() == before)
        #expect(pull.deploy([commit], limits).failure == nil)
        #expect(try blog.text("site/index.html") == "two\n")
        #expect(try blog.text("site/z.html") == "last\n")
    }

    @Test(arguments: [false, true]) func `from its own death in a checkout`(_ hasLocalCommit: Bool) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        if hasLocalCommit { try blog.commit(["local.html": "mine\n"], in: blog.site) }
        try blog.killCheckout(of: "z.html")
        let commit = try blog.push(["index.html": "two\n", "a.html": "new\n", "z.html": "last\n"])
        try blog.write("deploying\n", to: "site/.git/bellpull.lock")
        #expect(throws: GitError.self) { try blog.git("pull", "--rebase", in: blog.site) }
        #expect(blog.exists("site/a.html") && blog.exists("site/.git/index.lock"))
        #expect(pull.deploy([commit], limits).failure == nil)
        #expect(try blog.text("site/z.html") == "last\n")
        #expect(try blog.text("site/.git/bellpull.lock") == "\(commit)\n")
    }

    @Test func `from a hanging remote, and leaves no process after the deadline`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pid = "\(blog.folder)/pid"
        try blog.git("config", "core.sshCommand", "trap '' TERM; sleep 60 & echo $! > \(pid); wait; #", in: blog.site)
        try blog.git("remote", "set-url", "origin", "ssh://git@example.invalid/alice/blog.git", in: blog.site)
        let hanging = try PullStrategy(clone: blog.open())
        let before = try blog.state()
        var outcome: DeploymentResult?
        let time = clock.measure { outcome = hanging.deploy([], .within(.seconds(2))) }
        #expect(outcome?.failure?.message == "git pull did not finish within the time-out and was ended")
        #expect(time < .seconds(2) + .seconds(5))
        let process = try Observation.process(in: pid)
        #expect(Observation.eventually { !Observation.isRunning(process) })
        #expect(try blog.state() == before)
        try blog.git("remote", "set-url", "origin", blog.remote, in: blog.site)
        let commit = try blog.push(["index.html": "two\n"])
        #expect(hanging.deploy([commit], limits) == .deployed(commit))
    }

    @Test func `from a rebase that takes too long, without calling it a conflict`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.commit(["index.html": "ours\n"], in: blog.site)
        try blog.push(["index.html": "theirs\n"])
        try blog.git("config", "merge.slow.driver", "sleep 60", in: blog.site)
        try blog.write("index.html merge=slow\n", to: "site/.git/info/attributes")
        let before = try blog.git("log", "--format=%H", in: blog.site)
        let failure = pull.deploy([], .within(.seconds(1))).failure
        #expect(failure?.message == "git pull did not finish within the time-out and was ended")
        #expect(try blog.git("log", "--format=%H", in: blog.site) == before)
        #expect(try blog.text("site/index.html") == "ours\n")
        #expect(!blog.exists("site/.git/rebase-merge") && !blog.exists("site/.git/index.lock"))
    }

    @Test func `from being stopped`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let before = try blog.state()
        let commit = try blog.push(["index.html": "two\n"])
        try blog.git(
            "config", "filter.slow.smudge", "cd \(blog.folder); test -e started || { touch started; sleep 60; }; cat",
            in: blog.site)
        try blog.write("* filter=slow\n", to: "site/.git/info/attributes")
        let cancellation = Cancellation()
        let stop = Running(when: { blog.exists("started") }) { cancellation.cancel() }
        #expect(pull.deploy([commit], .within(.seconds(20), cancellation: cancellation)) == .interrupted)
        #expect(stop.isSuccess())
        #expect(pull.deploy([commit], .within(.seconds(20), cancellation: cancellation)) == .interrupted)
        #expect(try blog.state() == before)
        #expect(pull.deploy([commit], limits) == .deployed(commit))
    }

    @Test func `after a failed restore by trying again`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.commit(["index.html": "ours\n"], in: blog.site)
        let commit = try blog.push(["index.html": "theirs\n"])
        // The restore must write the file's old state, and a filter refuses to.
        try blog.git("config", "filter.no.smudge", "grep -vx ours", in: blog.site)
        try blog.git("config", "filter.no.clean", "cat", in: blog.site)
        try blog.git("config", "filter.no.required", "true", in: blog.site)
        try blog.write("index.html filter=no\n", to: "site/.git/info/attributes")
        let both = try #require(pull.deploy([commit], limits).failure?.message)
        #expect(
            both.hasPrefix("local commits in \(blog.site) conflict with main; then the site could not be restored: "))
        #expect(both.contains("git rebase --abort exited"))
        #expect(blog.exists("site/.git/rebase-merge"))
        try FileManager.default.removeItem(atPath: "\(blog.site)/.git/info/attributes")
        let failure = pull.deploy([commit], limits).failure
        #expect(failure?.message.hasPrefix("local commits in \(blog.site) conflict") == true)
        #expect(!blog.exists("site/.git/rebase-merge"))
    }

    /// The file was cut short, or the disk has zeros in place of the rest, or of all.
    @Test(arguments: ["", "tw", "tw\0\0", "\0\0\0\0"])
    func `from its own end when the announced commit is there already`(_ left: String) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let commit = try blog.push(["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        try blog.write("deploying\n", to: "site/.git/bellpull.lock")
        try blog.write(left, to: "site/index.html")
        #expect(pull.deploy([commit], limits) == .unchanged(commit))
        #expect(try blog.text("site/index.html") == "two\n")
        #expect(try blog.text("site/.git/bellpull.lock") == "\(commit)\n")
    }

    @Test func `with files that are on the disk`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let page = String(repeating: "x", count: 100_000)
        try blog.write(page, to: "probe")
        guard try Disk.lacks("\(blog.folder)/probe") else { return }
        let commit = try blog.push(["page.html": page])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        #expect(try !Disk.lacks("\(blog.site)/page.html"))
    }

    @Test func `from its own death between a file and the index, in a rebase`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.stopRebase()
        try blog.write("mine\n", to: "site/local.html")
        #expect(PullStrategy(path: blog.site).deploy([], limits).failure == nil)
        #expect(try blog.text("site/local.html") == "mine\n" && blog.text("site/index.html") == "two\n")
        #expect(!blog.exists("site/.git/rebase-merge"))
    }

    /// Git syncs no file of a rebase.
    @Test func `from a rebase whose state a power failure emptied`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.stopRebase()
        for name in ["head-name", "orig-head", "onto", "done", "git-rebase-todo"] {
            try blog.write("", to: "site/.git/rebase-merge/\(name)")
        }
        try blog.write("", to: "site/local.html")
        #expect(PullStrategy(path: blog.site).deploy([], limits).failure == nil)
        #expect(try blog.text("site/local.html") == "mine\n" && blog.text("site/index.html") == "two\n")
        #expect(try blog.git("symbolic-ref", "HEAD", in: blog.site) == "refs/heads/main")
        #expect(try blog.git("status", "--porcelain", in: blog.site) == "")
        #expect(!blog.exists("site/.git/rebase-merge"))
    }
}

extension Blog {
    /// Lets git be killed once in the site's clone, just before writing `file`.
    fileprivate func killCheckout(of file: String) throws {
        let filter = "test -e \(folder)/killed && exec cat; touch \(folder)/killed; kill -9 $PPID"
        try git("config", "filter.kill.smudge", filter, in: site)
        try write("\(file) filter=kill\n", to: "site/.git/info/attributes")
    }

    /// Stops a rebase of Bellpull in the site's clone, before the commit with `local.html` is on top of the pushed one.
    fileprivate func stopRebase() throws {
        try commit(["local.html": "mine\n"], in: site)
        try push(["index.html": "two\n"])
        try write("deploying\n", to: "site/.git/bellpull.lock")
        try git("fetch", "--quiet", in: site)
        try git("rebase", "-i", "origin/main", in: site, environment: ["GIT_SEQUENCE_EDITOR": "sed -i 1ibreak"])
        #expect(exists("site/.git/rebase-merge") && !exists("site/local.html"))
    }
}
