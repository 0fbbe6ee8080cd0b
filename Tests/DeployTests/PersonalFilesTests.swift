import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

/// The files of a person on the server, which the repository does not have.
@Suite(.onPlainThreads) struct `a file that git does not track` {
    private var limits: Limits { .within(.seconds(20)) }

    /// How a site gets to the next commit.
    enum Way: CaseIterable, CustomTestStringConvertible {
        case fastForward, rebase, rewritten, setBack, mirror

        var testDescription: String { "\(self)" }
    }

    /// A path in the way of a push: how a person makes the file, and the command that commits the path.
    struct Obstacle: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let person: String
        let author: String
        /// The names in the message.
        let named: [String]
    }

    private static let obstacles = [
        Obstacle(
            testDescription: "an untracked file", person: "echo mine > new.txt", author: "echo theirs > new.txt",
            named: ["new.txt"]),
        Obstacle(
            testDescription: "an ignored file", person: "echo mine > config.php", author: "echo theirs > config.php",
            named: ["config.php"]),
        Obstacle(
            testDescription: "an ignored folder as a symbolic link", person: "mkdir uploads; echo mine > uploads/a",
            author: "ln -s /tmp uploads", named: ["uploads"]),
        Obstacle(
            testDescription: "an ignored folder as a file", person: "mkdir uploads; echo mine > uploads/a",
            author: "echo theirs > uploads", named: ["uploads"]),
        Obstacle(
            testDescription: "an ignored file as a folder", person: "echo mine > uploads",
            author: "mkdir uploads; echo theirs > uploads/a", named: ["uploads"]),
        Obstacle(
            testDescription: "an ignored symbolic link as a folder", person: "ln -s /nonexistent uploads",
            author: "mkdir uploads; echo theirs > uploads/a", named: ["uploads"]),
        Obstacle(
            testDescription: "a name with blanks and quotes", person: "echo mine > \"it's a file.txt\"",
            author: "echo theirs > \"it's a file.txt\"", named: ["it's a file.txt"]),
        Obstacle(
            testDescription: "many files", person: "for n in 1 2 3 4 5 6 7; do echo mine > $n.txt; done",
            author: "for n in 1 2 3 4 5 6 7; do echo theirs > $n.txt; done",
            named: ["1.txt, 2.txt, 3.txt, 4.txt, 5.txt and 2 more"]),
    ]

    private func shell(_ script: String, in folder: String) throws {
        let completion = try Shell.command(script, in: folder).run(
            until: .now + .seconds(20), cancellation: Cancellation())
        try #require(completion.isSuccess, "\(completion.errors)")
    }

    /// Commits the path in the author's clone, and pushes.
    private func commit(_ obstacle: Obstacle, in blog: Blog) throws {
        try shell(obstacle.author, in: blog.author)
        try blog.git("add", "--force", "--all", in: blog.author)
        try blog.push(["two.txt": "two\n"], "--force")
    }

    /// All files of the site but those of `.git`, with their contents.
    private func files(_ blog: Blog) throws -> String {
        let list = "find . -name .git -prune -o -printf '%p %y %l %C@\\n' -type f -exec md5sum {} + | sort"
        return try Shell.command(list, in: blog.site).run(until: .now + .seconds(20), cancellation: Cancellation())
            .output
    }

    @Test(arguments: obstacles, Way.allCases)
    func `is never overwritten or deleted`(_ obstacle: Obstacle, _ way: Way) throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.push([".gitignore": "config.php\nuploads\n"])
        if way == .rewritten { try blog.push(["removed.txt": "removed\n"]) }
        if way == .setBack {
            // The site is at a later commit, which removed the file.
            try commit(obstacle, in: blog)
            try blog.git("rm", "--quiet", "-r", "*", in: blog.author)
            try blog.push(["index.html": "later\n"])
        }
        try blog.git("pull", "--quiet", in: blog.site)
        if way == .rebase { try blog.commit(["local.txt": "mine\n"], in: blog.site) }
        let strategy: any Strategy =
            way == .mirror
            ? MirrorStrategy(path: blog.site, pattern: try #require(RefPattern(branch: "main")))
            : PullStrategy(path: blog.site)
        if way == .rewritten || way == .setBack {
            try blog.git("reset", "--quiet", "--hard", "HEAD~", in: blog.author)
        }
        if way != .setBack { try commit(obstacle, in: blog) }
        try blog.git("push", "--quiet", "--force", "origin", "HEAD", in: blog.author)
        try shell(obstacle.person, in: blog.site)
        let before = (try blog.state(), try files(blog))
        for _ in 0..<2 {
            let failure = strategy.deploy([], limits).failure
            #expect(failure?.message.hasPrefix("untracked files are in the way: ") == true, "\(failure?.message ?? "")")
            for name in obstacle.named { #expect(failure?.message.contains(name) == true, "\(failure?.message ?? "")") }
            #expect(failure?.hint?.hasPrefix("install -d -o root ") == true)
            #expect(try blog.state() == before.0)
            #expect(try files(blog) == before.1)
        }
        // The remedy: the files are moved away.
        try shell("mkdir ../away; mv $(ls -d new.txt config.php uploads [0-9].txt) ../away || true", in: blog.site)
        try shell("mv it* ../away || true", in: blog.site)
        #expect(strategy.deploy([], limits).failure == nil)
    }

    @Test func `stays beside a file whose name differs in case`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.write("mine\n", to: "site/Config.php")
        let commit = try blog.push(["config.php": "theirs\n"])
        #expect(PullStrategy(path: blog.site).deploy([], limits) == .deployed(commit))
        #expect(try blog.text("site/Config.php") == "mine\n" && blog.text("site/config.php") == "theirs\n")
    }

    @Test(arguments: ["a=b", "a.b", "x\"y", "ä/ö"]) func `is safe on any branch`(_ name: String) throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.git("checkout", "--quiet", "-b", name, in: blog.author)
        try blog.push([".gitignore": "config.php\n"])
        try blog.git("fetch", "--quiet", in: blog.site)
        try blog.git("checkout", "--quiet", name, in: blog.site)
        try blog.write("mine\n", to: "site/config.php")
        try blog.write("theirs\n", to: "author/config.php")
        try blog.git("add", "--force", "config.php", in: blog.author)
        try blog.push([:])
        let failure = PullStrategy(path: blog.site).deploy([], limits).failure
        #expect(failure?.message == "untracked files are in the way: config.php")
        #expect(try blog.text("site/config.php") == "mine\n")
    }

    @Test func `does not stop a file from becoming a folder, or a folder a file`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        try FileManager.default.createDirectory(atPath: "\(blog.author)/folder", withIntermediateDirectories: false)
        try blog.push(["folder/a": "a\n", "file": "file\n"])
        let pull = PullStrategy(path: blog.site)
        #expect(pull.deploy([], limits).failure == nil)
        try blog.commit(["local.txt": "mine\n"], in: blog.site)
        try shell("rm -r folder file; echo file > folder; mkdir file; echo a > file/a", in: blog.author)
        try blog.push([:])
        #expect(pull.deploy([], limits).failure == nil)
        #expect(try blog.text("site/folder") == "file\n" && blog.text("site/file/a") == "a\n")
    }
}
