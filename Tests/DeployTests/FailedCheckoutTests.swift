import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

/// A checkout that fails half way leaves the site as it was, and the next good push deploys.
@Suite(.onPlainThreads, .serialized) struct `a checkout that fails half way` {
    private var limits: Limits { .within(.seconds(20)) }

    /// What the push changes.
    enum Push: String, CaseIterable {
        case new, changed, both
    }

    /// How the checkout fails. `z.html` and `zz.html` are the last files to be written.
    enum Fault: String, CaseIterable {
        case filterFails, filterIsMissing, timeOut, killed, cancelled
    }

    private static let last = "z.html filter=test\nzz.html filter=test\n"

    /// Sets up the filter that stops the checkout until the file `good` exists. Git asks the filter for the new version
    /// of the file only.
    private func prepare(_ fault: Fault, _ blog: Blog) throws {
        let fails =
            switch fault {
            case .filterFails: "exit 1"
            case .filterIsMissing: "exec /nonexistent/git-lfs smudge"
            case .timeOut, .cancelled: "touch \(blog.folder)/started; sleep 60"
            case .killed: "kill -9 $PPID"
            }
        let filter =
            "text=$(cat); test ! -e \(blog.folder)/good && test \"$text\" = two && { \(fails); }; echo \"$text\""
        try blog.git("config", "filter.test.smudge", filter, in: blog.site)
        try blog.git("config", "filter.test.clean", "cat", in: blog.site)
        try blog.git("config", "filter.test.required", "true", in: blog.site)
        if fault != .filterIsMissing { try blog.write(Self.last, to: "site/.git/info/attributes") }
    }

    /// Pushes a commit.
    ///
    /// - Parameter hasAttributes: whether the commit is the first one to need the filter.
    private func push(_ push: Push, hasAttributes: Bool = false, _ blog: Blog) throws {
        var files = hasAttributes ? [".gitattributes": Self.last] : [:]
        if push != .changed { files.merge(["a/b/new.html": "two\n", "zz.html": "two\n"]) { $1 } }
        if push != .new { files.merge(["index.html": "two\n", "deep/page.html": "two\n", "z.html": "two\n"]) { $1 } }
        if push != .changed {
            try FileManager.default.createDirectory(atPath: "\(blog.author)/a/b", withIntermediateDirectories: true)
        }
        if push != .new { try blog.git("rm", "--quiet", "removed.html", in: blog.author) }
        try blog.push(files)
    }

    private func plant(_ blog: Blog) throws {
        try blog.write("untracked\n", to: "site/untracked.txt")
        try blog.write("ignored\n", to: "site/ignored.txt")
        try blog.write("untracked too\n", to: "site/deep/untracked.txt")
        try FileManager.default.createDirectory(atPath: "\(blog.site)/empty", withIntermediateDirectories: false)
    }

    /// The names and contents of all files of the site but those of `.git`.
    private func files(_ blog: Blog) throws -> String {
        let list = "find . -name .git -prune -o -printf '%p %y %m\\n' -type f -exec md5sum {} + | sort"
        return try Shell.command(list, in: blog.site).run(until: .now + .seconds(20), cancellation: Cancellation())
            .output
    }

    private func strategy(_ isMirror: Bool, _ blog: Blog) throws -> any Strategy {
        isMirror
            ? MirrorStrategy(path: blog.site, pattern: try #require(RefPattern(branch: "main")))
            : PullStrategy(path: blog.site)
    }

    private func blog() throws -> Blog {
        let blog = try Blog()
        try FileManager.default.createDirectory(atPath: "\(blog.author)/deep", withIntermediateDirectories: false)
        let names = ["index.html", "deep/page.html", "z.html", "removed.html", "same.html"]
        try blog.push([".gitignore": "ignored.txt\n"].merging(names.map { ($0, "one\n") }) { $1 })
        try blog.git("pull", "--quiet", in: blog.site)
        try plant(blog)
        return blog
    }

    private func expectSame(
        _ before: ([String], String), _ blog: Blog, at location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try blog.state() == before.0, sourceLocation: location)
        #expect(try files(blog) == before.1, sourceLocation: location)
        #expect(try blog.git("stash", "list", in: blog.site).isEmpty, sourceLocation: location)
        #expect(!blog.exists("site/.git/index.lock"), sourceLocation: location)
    }

    @Test(arguments: Fault.allCases, Push.allCases)
    func `changes nothing`(_ fault: Fault, _ push: Push) throws {
        for (isMirror, hasLocalCommit) in [(false, false), (false, true), (true, false)] {
            let blog = try blog()
            defer { blog.remove() }
            if hasLocalCommit { try blog.commit(["local.html": "mine\n"], in: blog.site) }
            let before = (try blog.state(), try files(blog))
            try self.push(push, hasAttributes: fault == .filterIsMissing, blog)
            try prepare(fault, blog)
            let strategy = try strategy(isMirror, blog)
            for _ in 0..<2 {
                let cancellation = Cancellation()
                let stop = Running(when: { fault != .cancelled || blog.exists("started") }) {
                    if fault == .cancelled { cancellation.cancel() }
                }
                let time: Duration = fault == .timeOut ? .seconds(1) : .seconds(20)
                let result = strategy.deploy([], .within(time, cancellation: cancellation))
                #expect(fault == .cancelled ? result == .interrupted : result.failure != nil, "\(result)")
                #expect(stop.isSuccess())
                #expect(result.failure?.message.contains("restored") != true, "\(result)")
                if fault == .filterFails || fault == .filterIsMissing {
                    #expect(result.failure?.message.contains("external filter") == true, "\(result)")
                }
                try expectSame(before, blog)
            }
            try blog.write("", to: "good")
            #expect(strategy.deploy([], limits).failure == nil)
            #expect(try blog.git("status", "--porcelain", "--untracked-files=no", in: blog.site) == "")
            #expect(try blog.text("site/untracked.txt") == "untracked\n" && blog.exists("site/empty"))
        }
    }

    /// The filter fails for the old version too, as if git-lfs had been removed: the restoration must not need it.
    @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
    func `changes nothing, although the filter fails for every file`(_ isMirror: Bool, _ isKilled: Bool) throws {
        let blog = try blog()
        defer { blog.remove() }
        let before = (try blog.state(), try files(blog))
        try self.push(.both, blog)
        let end = isKilled ? "kill -9 $PPID" : "exit 1"
        try blog.git("config", "filter.test.smudge", "test -e \(blog.folder)/good || \(end); cat", in: blog.site)
        try blog.git("config", "filter.test.clean", "cat", in: blog.site)
        try blog.git("config", "filter.test.required", "true", in: blog.site)
        try blog.write("*.html filter=test\n", to: "site/.git/info/attributes")
        let strategy = try strategy(isMirror, blog)
        for _ in 0..<2 {
            let failure = try #require(strategy.deploy([], limits).failure)
            #expect(!failure.message.contains("restored"), "\(failure.message)")
            try expectSame(before, blog)
            #expect(!blog.exists("site/.git/bellpull-before"))
        }
        try blog.write("", to: "good")
        #expect(strategy.deploy([], limits).failure == nil)
        #expect(try blog.text("site/index.html") == "two\n" && !blog.exists("site/.git/bellpull-before"))
    }

    /// A file of doubtful origin cannot be moved away.
    @Test(arguments: [false, true]) func `overwrites no file that cannot be saved`(_ isMirror: Bool) throws {
        let blog = try blog()
        defer { blog.remove() }
        try self.push(.changed, blog)
        let edit = "printf 'edited meanwhile' > \(blog.site)/index.html; exit 1"
        try blog.git("config", "filter.test.smudge", edit, in: blog.site)
        try blog.git("config", "filter.test.clean", "cat", in: blog.site)
        try blog.git("config", "filter.test.required", "true", in: blog.site)
        try blog.write(Self.last, to: "site/.git/info/attributes")
        try blog.write("in the way\n", to: "site/.git/bellpull-saved")
        let failure = try #require(try strategy(isMirror, blog).deploy([], limits).failure)
        #expect(failure.message.contains("could not be restored"), "\(failure.message)")
        #expect(failure.message.contains("index.html is in the way"), "\(failure.message)")
        #expect(try blog.text("site/index.html") == "edited meanwhile")
    }

    /// Bellpull and git are killed, and nothing clears up before the next deployment.
    @Test(arguments: Push.allCases, [false, true])
    func `is undone by the next deployment`(_ push: Push, _ isMirror: Bool) throws {
        let blog = try blog()
        defer { blog.remove() }
        let before = (try blog.state(), try files(blog))
        try self.push(push, blog)
        let strategy = try strategy(isMirror, blog)
        try strategy.open(limits)
        let lock = try SiteLock(in: "\(blog.site)/.git", limits)
        lock.noteBeginning()
        try prepare(.killed, blog)
        try blog.git("fetch", "--quiet", "origin", "main", in: blog.site)
        #expect(throws: GitError.self) {
            try blog.git(
                ["-c", "advice.detachedHead=false"] + (isMirror ? ["checkout"] : ["merge"]) + ["origin/main"],
                in: blog.site)
        }
        #expect(blog.exists("site/.git/index.lock"))
        lock.close()
        // A remote that is gone: the next deployment clears up, and fails.
        try FileManager.default.moveItem(atPath: blog.remote, toPath: "\(blog.folder)/away.git")
        #expect(strategy.deploy([], limits).failure?.message.contains("the remote has no such repository") == true)
        try expectSame(before, blog)
        try FileManager.default.moveItem(atPath: "\(blog.folder)/away.git", toPath: blog.remote)
        try blog.write("", to: "good")
        #expect(strategy.deploy([], limits).failure == nil)
        #expect(try blog.text("site/untracked.txt") == "untracked\n" && blog.exists("site/empty"))
    }

    /// The new commit has a file that a person put before; git is killed after the fetch.
    @Test(arguments: [false, true]) func `between fetch and merge leaves a person's file`(_ isMirror: Bool) throws {
        let blog = try blog()
        defer { blog.remove() }
        try blog.write("mine\n", to: "site/zz.html")
        try blog.write("two\n", to: "site/index2.html")
        try blog.push(["index2.html": "two\n"])
        try push(.both, blog)
        let before = (try blog.state(), try files(blog))
        usleep(20_000)
        let lock = try SiteLock(in: "\(blog.site)/.git", limits)
        lock.noteBeginning()
        try blog.git("fetch", "--quiet", "origin", "main", in: blog.site)
        lock.close()
        let failure = try strategy(isMirror, blog).deploy([], limits).failure
        #expect(failure?.message == "untracked files are in the way: index2.html, zz.html")
        try expectSame(before, blog)
    }

    /// A person edits and adds files while git hangs in the checkout.
    @Test(arguments: [false, true]) func `loses no file put there meanwhile`(_ isMirror: Bool) throws {
        let blog = try blog()
        defer { blog.remove() }
        try push(.both, blog)
        try prepare(.timeOut, blog)
        let person = Running(when: { blog.exists("started") }) {
            try? blog.write("meanwhile\n", to: "site/other.txt")
            try? blog.write("edited\n", to: "site/same.html")
            try? blog.write("edited\n", to: "site/index.html")
        }
        #expect(try strategy(isMirror, blog).deploy([], .within(.seconds(2))).failure != nil)
        #expect(person.isSuccess())
        #expect(try blog.text("site/other.txt") == "meanwhile\n" && blog.text("site/same.html") == "edited\n")
        #expect(try blog.text("site/index.html") == "one\n")
        let saved = try Shell.run("cat \(blog.site)/.git/bellpull-saved/*/index.html")
        #expect(saved.output == "edited\n")
    }

    /// The result of a filter cannot be told from a person's file. It is saved, but only once.
    @Test func `saves the same file once`() throws {
        let blog = try blog()
        defer { blog.remove() }
        try push(.both, blog)
        try prepare(.filterFails, blog)
        try blog.git("config", "filter.other.smudge", "tr t T", in: blog.site)
        try blog.git("config", "filter.other.clean", "tr T t", in: blog.site)
        try blog.write(Self.last + "a/b/new.html filter=other\n", to: "site/.git/info/attributes")
        let before = (try blog.state(), try files(blog))
        let pull = PullStrategy(path: blog.site)
        for _ in 0..<3 {
            #expect(pull.deploy([], limits).failure != nil)
            try expectSame(before, blog)
            usleep(1_000_000)
        }
        let saved = try Shell.run("find \(blog.site)/.git/bellpull-saved -type f -exec cat {} +")
        #expect(saved.output == "Two\n")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can mount a file system"), arguments: [false, true])
    func `for want of room changes nothing`(_ isMirror: Bool) throws {
        let blog = try blog()
        defer { blog.remove() }
        let disk = "\(blog.folder)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        try #require(try Shell.run("mount -t tmpfs -o size=6m tmpfs \(disk)").isSuccess)
        defer { _ = try? Shell.run("umount -l \(disk)") }
        let (site, author) = (blog.site, blog.author)
        let move = "cp -a \(site) \(disk)/site && rm -r \(site) && ln -s \(disk)/site \(site)"
        try #require(try Shell.run(move).isSuccess)
        let before = (try blog.state(), try files(blog))
        let write = "for n in 1 2 3 4; do yes two$n | head -c 2000000 > $n.html; done"
        try #require(try Shell.run("cd \(author) && \(write); echo two > index.html; rm removed.html").isSuccess)
        try blog.push([:])
        let strategy = try strategy(isMirror, blog)
        for _ in 0..<2 {
            let failure = strategy.deploy([], limits).failure
            // A checkout of a mirror fails again when it writes the index, and git then tells the reason.
            let reason = isMirror ? "the disk is full: " : "a file cannot be written: error: unable to write file"
            #expect(failure?.message.hasPrefix(reason) == true, "\(String(describing: failure))")
            try expectSame(before, blog)
        }
        try #require(try Shell.run("mount -o remount,size=60m \(disk)").isSuccess)
        #expect(strategy.deploy([], limits).failure == nil)
        #expect(try blog.text("site/index.html") == "two\n")
    }
}
