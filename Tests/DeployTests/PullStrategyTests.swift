import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `a pull` {
    private var limits: Limits { .within(.seconds(20)) }

    @Test func `deploys a push`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let commit = try blog.push(["index.html": "two\n", "new.html": "new\n"])
        #expect(pull.knownCommit != commit)
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        #expect(pull.knownCommit == commit)
        #expect(try blog.text("site/index.html") == "two\n")
        #expect(try blog.text("site/new.html") == "new\n")
        #expect(try blog.text("site/.git/bellpull.lock") == "\(commit)\n")
    }

    @Test func `deploys the newest push, whatever was announced`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let first = try blog.push(["index.html": "two\n"])
        let second = try blog.push(["index.html": "three\n"])
        #expect(pull.deploy([first], limits) == .deployed(second))
        #expect(pull.deploy([first], limits) == .unchanged(second))
    }

    /// With broken settings, every git command would fail.
    @Test func `runs no git if the site is at the commit`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let commit = try blog.push(["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        try blog.write("[broken", to: "site/.git/config")
        #expect(pull.deploy([commit], limits) == .unchanged(commit))
        let other = try blog.push(["index.html": "three\n"])
        #expect(pull.deploy([commit, other], limits).failure?.message.contains("fatal: bad config") == true)
    }

    @Test func `opens a clone of a remote without an owner only if the site names its repository`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.git("remote", "set-url", "origin", "git@example.invalid:blog.git", in: blog.site)
        let named = Site(
            name: "blog", path: blog.site, repository: RepositoryName("alice/blog"), timeout: .seconds(20))
        #expect(named.open(limits) == nil)
        #expect(named.repository?.matches("alice/blog") == true)
        let unnamed = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        #expect(
            unnamed.open(limits)
                == Failure(CloneError.noOwner(path: blog.site, repository: "blog").explanation))
        #expect(unnamed.repository == nil)
    }

    @Test func `knows its repository and branch, even after a failure`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = PullStrategy(path: blog.site)
        #expect(pull.source == nil && pull.knownCommit == nil)
        try pull.open(limits)
        let source = try #require(pull.source)
        #expect(source.repository == RepositoryName("alice/blog") && source.follows == RefPattern(branch: "main"))
        #expect(pull.knownCommit == (try blog.head(of: blog.site)))
        try FileManager.default.moveItem(atPath: blog.remote, toPath: "\(blog.folder)/away.git")
        #expect(pull.deploy([], limits).failure != nil)
        #expect(pull.source == source)
    }

    @Test func `deploys a branch of another name, and reads packed references`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.git("checkout", "--quiet", "-b", "live", "--track", "origin/main", in: blog.site)
        try blog.git("pack-refs", "--all", in: blog.site)
        let pull = try PullStrategy(clone: blog.open())
        let commit = try blog.push(["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
    }

    @Test func `deploys a linked worktree`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let tree = "\(blog.folder)/tree"
        try blog.git("worktree", "add", "--quiet", "-b", "next", tree, "origin/main", in: blog.site)
        let pull = try PullStrategy(clone: BranchClone.open(at: tree, limits))
        let commit = try blog.push(["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        #expect(try blog.text("tree/index.html") == "two\n")
        #expect(try blog.text("site/index.html") == "one\n")
    }

    /// Both work trees share the references and the objects.
    @Test func `deploys two work trees of one repository at once`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let tree = "\(blog.folder)/tree"
        try blog.git("worktree", "add", "--quiet", "-b", "next", tree, "origin/main", in: blog.site)
        try blog.git("branch", "--quiet", "--set-upstream-to=origin/main", "next", in: tree)
        let sites = [PullStrategy(path: blog.site), PullStrategy(path: tree)]
        for round in 0..<20 {
            let commit = try blog.push(["index.html": "\(round)\n"])
            let deployments = sites.map { site in
                Running {
                    let result = site.deploy([commit], .within(.seconds(20)))
                    if result != .deployed(commit) { throw Trouble("\(result)") }
                }
            }
            for deployment in deployments { #expect(deployment.isSuccess()) }
        }
    }

    @Test func `finds a branch missed that was forced back`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let first = try blog.head(of: blog.author)
        let pull = try PullStrategy(clone: blog.open())
        let commit = try blog.push(["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        #expect(try pull.missedPush(limits) == nil)
        try blog.git("push", "--quiet", "--force", "origin", "HEAD~:main", in: blog.author)
        #expect(try pull.missedPush(limits)?.commit == first)
        #expect(try pull.inspect(limits).missed?.commit == first)
        #expect(pull.deploy([], limits) == .deployed(first))
        #expect(try pull.missedPush(limits) == nil)
    }

    @Test func `rebases local commits on top`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.commit(["local.html": "mine\n"], in: blog.site)
        for text in ["two\n", "three\n"] {
            let commit = try blog.push(["index.html": text])
            let outcome = pull.deploy([commit], limits)
            #expect(outcome == .deployed(try blog.head(of: blog.site)))
            #expect(try blog.git("rev-parse", "HEAD~", in: blog.site) == commit.description)
            #expect(try blog.text("site/index.html") == text)
            #expect(try blog.text("site/local.html") == "mine\n")
        }
    }

    @Test func `keeps untracked files`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.write("x\n", to: "site/upload.jpg")
        let commit = try blog.push(["index.html": "two\n"])
        #expect(pull.deploy([commit], limits) == .deployed(commit))
        #expect(try blog.text("site/upload.jpg") == "x\n")
    }

    @Test func `deploys a site with a moving submodule`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        try blog.addSubmodule("theme")
        for text in ["two\n", "three\n"] {
            try blog.commit(["theme.css": text], in: "\(blog.author)/theme")
            let commit = try blog.push(["index.html": text])
            #expect(pull.deploy([commit], limits) == .deployed(commit))
        }
    }

    @Test func `waits for another deploying process, and finds the work done`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let pull = try PullStrategy(clone: blog.open())
        let commit = try blog.push(["index.html": "two\n"])
        let lock = "\(blog.site)/.git/bellpull.lock"
        let other = Running {
            try Shell.run("flock \(lock) sh -c 'touch \(lock).held; sleep 0.5; git -C \(blog.site) pull --quiet'")
        }
        #expect(Observation.eventually { blog.exists("\(lock).held") })
        #expect(pull.deploy([commit], limits) == .unchanged(commit))
        #expect(other.isSuccess())
    }
}
