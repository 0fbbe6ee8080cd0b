import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `an unusual clone` {
    private var limits: Limits { .within(.seconds(20)) }

    @Test func `of an empty repository deploys the first push`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let (remote, site) = ("\(blog.folder)/alice/empty.git", "\(blog.folder)/empty")
        try blog.git("init", "--quiet", "--bare", remote, in: blog.folder)
        try blog.git("clone", "--quiet", remote, site, in: blog.folder)
        let pull = PullStrategy(path: site)
        #expect(pull.deploy([], limits).failure != nil)
        try blog.git("push", "--quiet", remote, "HEAD:main", in: blog.author)
        #expect(try pull.deploy([], limits) == .deployed(blog.head(of: blog.author)))
        #expect(try blog.text("empty/index.html") == "one\n")
        let commit = try blog.commit(["index.html": "two\n"], in: blog.author)
        try blog.git("push", "--quiet", remote, "HEAD:main", in: blog.author)
        #expect(pull.deploy([], limits) == .deployed(commit))
    }

    @Test(arguments: [false, true]) func `made with --no-checkout is filled`(_ hasFile: Bool) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let site = "\(blog.folder)/bare"
        try blog.git("clone", "--quiet", "--no-checkout", blog.remote, site, in: blog.folder)
        if hasFile { try blog.write("mine\n", to: "bare/index.html") }
        let commit = try blog.push(["new.html": "two\n"])
        let result = PullStrategy(path: site).deploy([], limits)
        if hasFile {
            #expect(result.failure?.message.hasPrefix("the clone has local changes") == true)
            #expect(try blog.text("bare/index.html") == "mine\n")
        } else {
            #expect(result == .deployed(commit))
            #expect(try blog.text("bare/index.html") == "one\n")
        }
    }

    @Test(arguments: [false, true]) func `whose attributes do not fit says so`(_ isMirror: Bool) throws {
        let blog = try Blog()
        defer { blog.remove() }
        func commit(_ name: String, _ text: String) throws {
            try blog.write(text, to: "author/\(name)")
            // Nothing else is added: git would convert the other file.
            try blog.git("add", name, in: blog.author)
            try blog.git("commit", "--quiet", "--message", "Write", in: blog.author)
            try blog.git("push", "--quiet", "origin", "HEAD", in: blog.author)
        }
        try commit("page.html", "one\r\n")
        try commit(".gitattributes", "*.html text eol=crlf\n")
        try blog.git("pull", "--quiet", in: blog.site)
        #expect(try Shell.run("touch -d '2 hours ago' \(blog.site)/page.html").isSuccess)
        #expect(try !blog.open().isClean(limits))
        try commit("new.txt", "two\n")
        let strategy: any Strategy =
            isMirror
            ? MirrorStrategy(path: blog.site, pattern: try #require(RefPattern(branch: "main")))
            : PullStrategy(path: blog.site)
        let problem = try strategy.inspect(limits).obstacles.first
        let failure = strategy.deploy([], limits).failure
        #expect(
            failure?.message.hasPrefix("the .gitattributes of \(blog.site) do not fit") == true,
            "\(failure?.message ?? "")")
        #expect(problem == failure)
        try blog.git("add", "--renormalize", ".", in: blog.author)
        try blog.push(["three.txt": "three\n"])
        let remedy = try #require(failure?.hint)
        // As nobody, the tests are the service's user already, and may not use runuser.
        #expect(try Shell.run(remedy.replacing(Pasted.user, with: "")).isSuccess)
        let last = try blog.push(["four.txt": "four\n"])
        #expect(strategy.deploy([], limits) == .deployed(last))
    }

    @Test(arguments: [false, true]) func `with a damaged index is refused with a remedy`(_ isLinked: Bool) throws {
        let blog = try Blog()
        defer { blog.remove() }
        if isLinked {
            let track = ["--quiet", "--track", "-b", "linked", "\(blog.folder)/linked", "origin/main"]
            _ = try Git(in: blog.site).output(of: ["worktree", "add"] + track, limits)
        }
        let pull = PullStrategy(path: isLinked ? "\(blog.folder)/linked" : blog.site)
        try blog.write("damaged", to: isLinked ? "site/.git/worktrees/linked/index" : "site/.git/index")
        let commit = try blog.push(["new.html": "two\n"])
        let failure = try #require(pull.deploy([], limits).failure)
        #expect(failure.message.hasPrefix("the index of the clone is damaged: "), "\(failure.message)")
        #expect(try Shell.run(try #require(failure.hint).replacing(Pasted.user, with: "")).isSuccess)
        #expect(pull.deploy([], limits) == .deployed(commit))
    }
}
