import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

/// A refused pull explains why, and leaves the clone unchanged. Once the reason is gone, the next push deploys.
@Suite(.onPlainThreads) struct `a pull refuses` {
    private var limits: Limits { .within(.seconds(20)) }

    /// Expects a failing deployment, lets `undo` remove the reason, and deploys again.
    private func expectRefusal(
        _ blog: Blog, _ pull: PullStrategy, message: String, hint: String? = nil, undo: () throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try blog.state()
        for _ in 0..<2 {
            let failure = try #require(pull.deploy([], limits).failure, sourceLocation: sourceLocation)
            #expect(failure.message.hasPrefix(message), sourceLocation: sourceLocation)
            if let hint { #expect(failure.hint == hint, sourceLocation: sourceLocation) }
            #expect(try blog.state() == before, sourceLocation: sourceLocation)
        }
        try undo()
        let commit = try blog.push(["good.html": "good\n"])
        let outcome = pull.deploy([commit], limits)
        #expect(outcome.failure == nil && outcome.commit == pull.knownCommit, sourceLocation: sourceLocation)
        #expect(blog.exists("site/good.html"), sourceLocation: sourceLocation)
    }

    @Test func `conflicting local commits`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.commit(["other.html": "x\n"], in: blog.site)
        try blog.commit(["index.html": "ours\n"], in: blog.site)
        try blog.push(["index.html": "theirs\n"])
        try expectRefusal(
            blog, pull, message: "local commits in \(blog.site) conflict with main",
            hint: "\(Pasted.git) -C \(blog.site) pull --rebase  # then resolve the conflict; "
                + "or drop the local commits: \(Pasted.git) -C \(blog.site) switch -C main '@{upstream}'"
        ) {
            #expect(try blog.text("site/index.html") == "ours\n")
            try blog.push(["index.html": "one\n"])
        }
        #expect(try blog.text("site/index.html") == "ours\n")
    }

    @Test func `local changes`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.write("mine\n", to: "site/index.html")
        try blog.push(["index.html": "two\n"])
        try expectRefusal(
            blog, pull, message: "the clone has local changes: ",
            hint: "\(Pasted.git) -C \(blog.site) stash  # puts the changes aside; "
                + "to look at them first: \(Pasted.git) -C \(blog.site) diff HEAD"
        ) {
            #expect(try blog.text("site/index.html") == "mine\n")
            try blog.git("checkout", "--quiet", "index.html", in: blog.site)
        }
    }

    @Test func `local changes to files that a fetched commit changes`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.write("mine\n", to: "site/index.html")
        try blog.push(["index.html": "two\n"])
        try blog.git("fetch", "--quiet", in: blog.site)
        try expectRefusal(blog, pull, message: "the clone has local changes: ") {
            #expect(try blog.text("site/index.html") == "mine\n")
            #expect(try blog.git("stash", "list", in: blog.site).isEmpty)
            try blog.git("checkout", "--quiet", "index.html", in: blog.site)
        }
    }

    @Test func `staged changes`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.write("mine\n", to: "site/mine.html")
        try blog.git("add", "mine.html", in: blog.site)
        try blog.push(["index.html": "two\n"])
        try expectRefusal(blog, pull, message: "the clone has local changes: ") {
            try blog.git("commit", "--quiet", "--message", "Mine", in: blog.site)
        }
    }

    @Test func `an untracked file in the way`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.write("mine\n", to: "site/new.html")
        try blog.push(["new.html": "theirs\n"])
        try expectRefusal(blog, pull, message: "untracked files are in the way: new.html") {
            #expect(try blog.text("site/new.html") == "mine\n")
            try FileManager.default.removeItem(atPath: "\(blog.site)/new.html")
        }
    }

    @Test func `an untracked file in the way of a rebase`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.commit(["local.html": "x\n"], in: blog.site)
        try blog.write("mine\n", to: "site/new.html")
        try blog.push(["new.html": "theirs\n"])
        try expectRefusal(blog, pull, message: "untracked files are in the way: new.html") {
            #expect(try blog.text("site/new.html") == "mine\n")
            try FileManager.default.removeItem(atPath: "\(blog.site)/new.html")
        }
    }

    @Test func `a detached HEAD`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.git("checkout", "--quiet", "--detach", in: blog.site)
        try blog.push(["index.html": "two\n"])
        try expectRefusal(
            blog, pull, message: "\(blog.site) is not on branch main", hint: "\(Pasted.git) -C \(blog.site) switch main"
        ) {
            try blog.git("switch", "--quiet", "main", in: blog.site)
        }
    }

    @Test func `another branch`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.git("checkout", "--quiet", "-b", "draft", "--track", "origin/main", in: blog.site)
        try blog.push(["index.html": "two\n"])
        try expectRefusal(blog, pull, message: "\(blog.site) is not on branch main") {
            try blog.git("switch", "--quiet", "main", in: blog.site)
        }
    }

    @Test func `a missing remote`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let away = "\(blog.folder)/away.git"
        try FileManager.default.moveItem(atPath: blog.remote, toPath: away)
        try expectRefusal(
            blog, pull, message: "the remote has no such repository, or does not show it to this key: fatal: ",
            hint:
                "\(Pasted.git) -C \(blog.site) remote get-url origin  # must show the repository; to correct it: git remote set-url"
        ) {
            try FileManager.default.moveItem(atPath: away, toPath: blog.remote)
        }
    }

    @Test func `a branch missing at the remote`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.git("update-ref", "-d", "refs/heads/main", in: blog.remote)
        try expectRefusal(blog, pull, message: "the remote is an empty repository, without the branch main") {}
    }

    @Test func `a rebase without a committer name`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.commit(["local.html": "x\n"], in: blog.site)
        try blog.git("config", "--unset", "user.email", in: blog.site)
        try blog.git("config", "user.useConfigOnly", "true", in: blog.site)
        try blog.push(["index.html": "two\n"])
        try expectRefusal(blog, pull, message: "git needs a name to rebase local commits: ") {
            try blog.git("config", "user.email", "bellpull@localhost", in: blog.site)
        }
    }

    @Test func `a clone in the middle of a person's rebase`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        _ = try blog.stateBeforeConflict(killed: false)
        try expectRefusal(
            blog, pull, message: "a rebase is going on in \(blog.site)",
            hint: "\(Pasted.git) -C \(blog.site) rebase --abort  # drops the rebase; "
                + "or finish it: \(Pasted.git) -C \(blog.site) rebase --continue"
        ) {
            try blog.git("rebase", "--abort", in: blog.site)
            try blog.git("reset", "--quiet", "--hard", "@{upstream}", in: blog.site)
        }
    }
}
