import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

/// Commits removed from the branch never come back unnoticed.
@Suite(.onPlainThreads) struct `a pull of a rewritten branch` {
    private var limits: Limits { .within(.seconds(20)) }

    /// The state of the clone's reflog.
    enum Reflog: CaseIterable {
        case kept, deleted, disabled
    }

    private func forget(_ reflog: Reflog, _ blog: Blog) throws {
        if reflog == .disabled { try blog.git("config", "core.logAllRefUpdates", "false", in: blog.site) }
        if reflog != .kept { try FileManager.default.removeItem(atPath: "\(blog.site)/.git/logs") }
    }

    @Test(arguments: Reflog.allCases) func `follows the remote if nothing is local`(_ reflog: Reflog) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let removed = try blog.push(["removed.html": "x\n"])
        #expect(pull.deploy([removed], limits) == .deployed(removed))
        try forget(reflog, blog)
        let commit = try blog.replaceLastPush(with: ["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        #expect(!blog.exists("site/removed.html"))
    }

    @Test(arguments: Reflog.allCases) func `follows a branch that was set back`(_ reflog: Reflog) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let first = try blog.head(of: blog.author)
        let removed = try blog.push(["removed.html": "x\n"])
        #expect(pull.deploy([removed], limits) == .deployed(removed))
        try forget(reflog, blog)
        try blog.git("push", "--quiet", "--force", "origin", "HEAD~:main", in: blog.author)
        #expect(pull.deploy([first], limits) == .deployed(first))
        #expect(!blog.exists("site/removed.html"))
    }

    /// The fetch takes longer than a second, and git compares the times of files in seconds.
    @Test func `follows a rewrite in a clone with a filter`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.git("config", "filter.plain.smudge", "cat", in: blog.site)
        try blog.git("config", "filter.plain.clean", "cat", in: blog.site)
        try blog.write("*.html filter=plain\n", to: "site/.git/info/attributes")
        let removed = try blog.push(["index.html": "removed\n", "removed.html": "x\n"])
        #expect(pull.deploy([removed], limits) == .deployed(removed))
        try blog.git("config", "remote.origin.uploadpack", "sleep 1.2; git-upload-pack", in: blog.site)
        let commit = try blog.replaceLastPush(with: ["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        #expect(try blog.text("site/index.html") == "two\n" && !blog.exists("site/removed.html"))
        #expect(!blog.exists("site/.git/bellpull-before"))
    }

    /// The fetch may be a person's, or that of an unfinished deployment.
    @Test(arguments: Reflog.allCases) func `follows a rewrite that was fetched already`(_ reflog: Reflog) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let removed = try blog.push(["removed.html": "x\n"])
        #expect(pull.deploy([removed], limits) == .deployed(removed))
        let commit = try blog.replaceLastPush(with: ["index.html": "two\n"])
        try blog.git("fetch", "--quiet", in: blog.site)
        try forget(reflog, blog)
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        #expect(!blog.exists("site/removed.html"))
    }

    @Test(arguments: Reflog.allCases) func `keeps local commits, and no removed commits`(_ reflog: Reflog) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let removed = try blog.push(["removed.html": "x\n"])
        #expect(pull.deploy([removed], limits) == .deployed(removed))
        try blog.commit(["local.html": "mine\n"], in: blog.site)
        try forget(reflog, blog)
        let commit = try blog.replaceLastPush(with: ["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(try blog.head(of: blog.site)))
        #expect(try blog.git("rev-parse", "HEAD~", in: blog.site) == commit.description)
        #expect(!blog.exists("site/removed.html"))
        #expect(try blog.text("site/local.html") == "mine\n")
    }

    @Test(arguments: [Reflog.deleted, .disabled])
    func `fails if local and removed commits cannot be told apart`(_ reflog: Reflog) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let removed = try blog.push(["removed.html": "x\n"])
        #expect(pull.deploy([removed], limits) == .deployed(removed))
        try blog.commit(["local.html": "mine\n"], in: blog.site)
        var commit = try blog.replaceLastPush(with: ["index.html": "two\n"])
        try blog.git("fetch", "--quiet", in: blog.site)
        try forget(reflog, blog)
        let before = try blog.state()
        for text in ["three\n", "four\n"] {
            let failure = pull.deploy([commit], limits).failure
            #expect(failure?.message.hasPrefix("main was rewritten, and commits removed there would come back") == true)
            #expect(try blog.state() == before)
            commit = try blog.push(["index.html": text])
        }
        try blog.git("reset", "--quiet", "--hard", "@{upstream}", in: blog.site)
        #expect(pull.deploy([commit], limits) == .deployed(commit))
    }
}
