import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) final class `a mirror`: Sendable {
    private let blog: Blog
    private let tags: MirrorStrategy
    private var limits: Limits { .within(.seconds(20)) }

    init() throws {
        blog = try Blog()
        tags = MirrorStrategy(path: blog.site, pattern: try #require(RefPattern(tag: "v*")))
    }

    deinit { blog.remove() }

    /// Commits `text`, and pushes only a tag of the commit.
    @discardableResult
    private func release(_ tag: String, _ text: String? = nil, _ options: String...) throws -> Commit {
        let commit = try blog.commit(["index.html": "\(text ?? tag)\n"], in: blog.author)
        try blog.git(["tag", tag] + options, in: blog.author)
        try blog.git("push", "--quiet", "origin", tag, in: blog.author)
        return commit
    }

    private var page: String { (try? blog.text("site/index.html")) ?? "" }

    private func deploy() -> DeploymentResult { tags.deploy([], limits) }

    // MARK: Following

    @Test func `deploys the tag of the highest version, in whatever order tags arrive`() throws {
        let ten = try release("v1.10")
        try release("v1.9")
        try release("v1.2")
        #expect(deploy() == .deployed(ten))
        #expect(page == "v1.10\n")
        #expect(deploy() == .unchanged(ten))
        let two = try release("v2.0")
        try release("v1.11")
        #expect(deploy() == .deployed(two))
        #expect(try blog.text("site/.git/bellpull.lock") == "\(two)\n")
    }

    /// The listing of the tags is longer than what is kept of a command's output for people.
    @Test func `deploys the highest of 5,000 tags`() throws {
        let commit = try blog.head(of: blog.author)
        let tags = (1...5000).map { "\(commit) refs/tags/v1.\($0)\n" }.joined()
        try blog.write("# pack-refs with: peeled fully-peeled\n" + tags, to: "\(blog.remote)/packed-refs")
        let highest = try release("v2.0")
        #expect(deploy() == .deployed(highest))
    }

    @Test func `ranks a release above its candidates, and ignores other tags`() throws {
        let final = try release("v2.0")
        try release("v2.0-rc1")
        try release("x9.0")
        try release("v/3.0")
        #expect(deploy() == .deployed(final))
    }

    @Test func `deploys the commit of an annotated tag`() throws {
        let commit = try release("v1", nil, "--annotate", "--message", "One")
        #expect(deploy() == .deployed(commit))
        #expect(deploy() == .unchanged(commit))
    }

    @Test func `follows a moved tag, and goes back when a tag is deleted`() throws {
        let one = try release("v1")
        try release("v2")
        #expect(deploy().commit != one)
        try blog.git("tag", "--delete", "v2", in: blog.author)
        let moved = try blog.commit(["index.html": "moved\n"], in: blog.author)
        try blog.git("tag", "v2", in: blog.author)
        try blog.git("push", "--quiet", "--force", "origin", "v2", in: blog.author)
        #expect(deploy() == .deployed(moved))
        try blog.git("push", "--quiet", "--delete", "origin", "v2", in: blog.author)
        #expect(deploy() == .deployed(one))
        #expect(page == "v1\n")
    }

    @Test func `follows branches by a pattern, even a rewritten branch`() throws {
        let branches = MirrorStrategy(path: blog.site, pattern: try #require(RefPattern(branch: "release/*")))
        for name in ["release/1.9", "release/1.10", "next"] {
            try blog.git("checkout", "--quiet", "-b", name, in: blog.author)
            try blog.push(["index.html": "\(name)\n"])
        }
        try blog.git("checkout", "--quiet", "release/1.10", in: blog.author)
        #expect(try branches.deploy([], limits) == .deployed(blog.head(of: blog.author)))
        #expect(page == "release/1.10\n")
        let rewritten = try blog.replaceLastPush(with: ["index.html": "other\n"])
        #expect(branches.deploy([], limits) == .deployed(rewritten))
    }

    @Test func `asks the remote although the announced commit is there`() throws {
        #expect(tags.knownCommit == nil && tags.source == nil && tags.precheck() == nil)
        let first = try release("v1")
        #expect(deploy() == .deployed(first))
        let second = try release("v2")
        // Another tag may be newer, so an announced commit is no reason to do nothing.
        let announced = DeploymentRecord.Target(ref: "refs/tags/v1", commit: first)
        #expect(tags.deploy(targets: [announced], limits).result == .deployed(second))
        #expect(tags.knownCommit == second)
    }

    @Test func `finds a missed push`() throws {
        let one = try release("v1")
        #expect(try tags.missedPush(limits) == DeploymentRecord.Target(ref: "refs/tags/v1", commit: one))
        #expect(deploy() == .deployed(one))
        #expect(try tags.missedPush(limits) == nil)
        try release("v0.9")
        #expect(try tags.missedPush(limits) == nil)
        let two = try release("v2")
        #expect(try tags.missedPush(limits) == DeploymentRecord.Target(ref: "refs/tags/v2", commit: two))
    }

    // MARK: Refusing

    /// Expects two failures with the given message and no change. Once `undo` has removed the reason, the mirror
    /// deploys.
    private func expectRefusal(
        _ message: String, at location: SourceLocation = #_sourceLocation, undo: () throws -> Void
    ) throws {
        let before = try blog.state()
        for _ in 0..<2 {
            let failure = try #require(deploy().failure, sourceLocation: location)
            #expect(failure.message.hasPrefix(message), "\(failure.message)", sourceLocation: location)
            #expect(try blog.state() == before, sourceLocation: location)
        }
        try undo()
        let commit = try release("v100")
        #expect(deploy() == .deployed(commit), sourceLocation: location)
    }

    @Test func `fails without a tag`() throws {
        try expectRefusal("the remote has no tag v*") {}
    }

    @Test func `refuses to overwrite local changes`() throws {
        try release("v1")
        try blog.write("mine\n", to: "site/index.html")
        try expectRefusal("\(blog.site) has local changes") {
            #expect(page == "mine\n")
            try blog.git("checkout", "--quiet", "index.html", in: blog.site)
        }
    }

    @Test func `refuses to overwrite an untracked file`() throws {
        try blog.commit(["new.html": "theirs\n"], in: blog.author)
        try release("v1")
        try blog.write("mine\n", to: "site/new.html")
        try expectRefusal("untracked files are in the way: new.html") {
            #expect(try blog.text("site/new.html") == "mine\n")
            try FileManager.default.removeItem(atPath: "\(blog.site)/new.html")
        }
    }

    @Test func `refuses to leave local commits behind`() throws {
        try release("v1")
        #expect(deploy().failure == nil)
        try blog.commit(["local.html": "mine\n"], in: blog.site)
        try release("v2")
        try expectRefusal("\(blog.site) has commits that are on no branch") {
            try blog.git("branch", "kept", in: blog.site)
        }
        #expect(try blog.git("show", "kept:local.html", in: blog.site) == "mine")
    }

    @Test func `reports a remote that is gone`() throws {
        try release("v1")
        let away = "\(blog.folder)/away.git"
        try FileManager.default.moveItem(atPath: blog.remote, toPath: away)
        #expect(throws: Failure.self) { try tags.missedPush(limits) }
        try expectRefusal("the remote has no such repository, or does not show it to this key: fatal: ") {
            try FileManager.default.moveItem(atPath: away, toPath: blog.remote)
        }
    }

    @Test func `reports a missing clone, and a clone without a remote`() throws {
        let none = MirrorStrategy(path: "\(blog.folder)/none", pattern: tags.pattern)
        #expect(none.deploy([], limits).failure?.message == "\(blog.folder)/none does not exist")
        #expect(none.precheck()?.message == "\(blog.folder)/none does not exist")
        try blog.git("remote", "remove", "origin", in: blog.site)
        #expect(deploy().failure?.message == "\(blog.site) has no remote to fetch from")
    }

    // MARK: Recovering

    @Test(arguments: ["index", "HEAD", "packed-refs", "refs/tags/v1"])
    func `recovers from a stale lock`(_ name: String) throws {
        try blog.write("", to: "site/.git/\(name).lock")
        let commit = try release("v1")
        #expect(deploy() == .deployed(commit))
    }

    @Test func `recovers from a killed checkout`() throws {
        let filter = "test -e \(blog.folder)/killed && exec cat; touch \(blog.folder)/killed; kill -9 $PPID"
        try blog.git("config", "filter.kill.smudge", filter, in: blog.site)
        try blog.write("z.html filter=kill\n", to: "site/.git/info/attributes")
        try blog.commit(["a.html": "new\n", "z.html": "last\n"], in: blog.author)
        let commit = try release("v1")
        let before = try blog.state()
        #expect(deploy().failure?.message.contains("signal 9") == true)
        #expect(try blog.state() == before)
        #expect(deploy() == .deployed(commit))
        #expect(try page == "v1\n" && blog.text("site/z.html") == "last\n")
        #expect(try blog.git("status", "--porcelain", in: blog.site) == "")
    }

    @Test func `recovers from its own death in a checkout, and keeps later changes`() throws {
        try release("v1")
        #expect(deploy().failure == nil)
        try blog.commit(["a.html": "new\n"], in: blog.author)
        let commit = try release("v2")
        // The state left by a checkout that was killed together with Bellpull.
        try blog.git("fetch", "--quiet", "origin", "tag", "v2", in: blog.site)
        try blog.write("deploying\n", to: "site/.git/bellpull.lock")
        try blog.write("new\n", to: "site/a.html")
        try blog.write("mine\n", to: "site/index.html")
        try blog.write("", to: "site/.git/index.lock")
        #expect(deploy() == .deployed(commit))
        #expect(try page == "v2\n" && blog.text("site/a.html") == "new\n")
        #expect(try Shell.run("cat \(blog.site)/.git/bellpull-saved/*/index.html").output == "mine\n")
    }

    @Test func `recovers without the commit that was to be placed`() throws {
        let commit = try release("v1")
        let lost = String(repeating: "ab", count: 20)
        try blog.write("deploying 1700000000.5 \(lost)\n", to: "site/.git/bellpull.lock")
        #expect(deploy() == .deployed(commit))
    }

    @Test func `restores the site when it is stopped in a checkout, and deploys the next time`() throws {
        let filter = "cd \(blog.folder); test -e started || { touch started; sleep 60; }; cat"
        try blog.git("config", "filter.slow.smudge", filter, in: blog.site)
        try blog.write("z.html filter=slow\n", to: "site/.git/info/attributes")
        try blog.commit(["a.html": "new\n", "z.html": "last\n"], in: blog.author)
        let commit = try release("v1")
        let before = try blog.state()
        let cancellation = Cancellation()
        let stop = Running(when: { [blog] in blog.exists("started") }) { cancellation.cancel() }
        #expect(tags.deploy([], .within(.seconds(20), cancellation: cancellation)) == .interrupted)
        #expect(stop.isSuccess())
        #expect(try blog.state() == before)
        #expect(deploy() == .deployed(commit))
    }

    @Test func `ends git when it is stopped, and deploys the next time`() throws {
        let pid = "\(blog.folder)/pid"
        let commit = try release("v1")
        try blog.git("config", "core.sshCommand", "sleep 60 & echo $! > \(pid); wait; #", in: blog.site)
        try blog.git("remote", "set-url", "origin", "ssh://git@example.invalid/alice/blog.git", in: blog.site)
        let cancellation = Cancellation()
        let stop = Running(when: { [blog] in (try? blog.text("pid"))?.hasSuffix("\n") == true }) {
            cancellation.cancel()
        }
        #expect(tags.deploy([], .within(.seconds(20), cancellation: cancellation)) == .interrupted)
        #expect(stop.isSuccess())
        let process = try Observation.process(in: pid)
        #expect(Observation.eventually { !Observation.isRunning(process) })
        try blog.git("remote", "set-url", "origin", blog.remote, in: blog.site)
        #expect(deploy() == .deployed(commit))
    }
}
