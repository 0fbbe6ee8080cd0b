import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

/// Nothing is lost if a mirror cannot discard a person's work, or is killed.
@Suite(.onPlainThreads) final class `work that a mirror cannot discard`: DiscardedWorkStage {
    // MARK: Refusing

    /// Expects a failure, and no change at all.
    private func expectFailure(
        _ message: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try everything()
        let failure = try #require(mirror.deploy([], limits).failure, sourceLocation: sourceLocation)
        #expect(failure.message.contains(message), "\(failure.message)", sourceLocation: sourceLocation)
        #expect(try everything() == before, sourceLocation: sourceLocation)
        #expect(try refs.isEmpty, sourceLocation: sourceLocation)
        #expect(!blog.exists("site/.git/index.lock"), sourceLocation: sourceLocation)
    }

    @Test func `stays in place if an untracked file is in the way`() throws {
        try edit()
        try blog.push(["index.html": "two\n", "untracked.txt": "theirs\n"])
        try expectFailure("untracked files are in the way: untracked.txt")
        try FileManager.default.removeItem(atPath: "\(blog.site)/untracked.txt")
        #expect(try mirror.deploy([], limits) == .deployed(blog.head(of: blog.author)))
    }

    @Test func `stays in place if an ignored file is in the way`() throws {
        try edit()
        try blog.push(["ignored.txt": "theirs\n"])
        try expectFailure("untracked files are in the way: ignored.txt")
    }

    @Test func `stays in place if it cannot be saved`() throws {
        try edit()
        try blog.push(["index.html": "two\n"])
        try blog.git("config", "filter.bad.clean", "exit 1", in: blog.site)
        try blog.git("config", "filter.bad.required", "true", in: blog.site)
        try blog.write("index.html filter=bad\n", to: "site/.git/info/attributes")
        let before = try Shell.run("cd \(blog.site) && cat *.html .git/HEAD").output
        #expect(mirror.deploy([], limits).failure != nil)
        #expect(try Shell.run("cd \(blog.site) && cat *.html .git/HEAD").output == before)
        #expect(try refs.isEmpty && !blog.exists("site/.git/index.lock"))
        try blog.write("", to: "site/.git/info/attributes")
        #expect(mirror.deploy([], limits).failure == nil)
    }

    @Test(.enabled(if: geteuid() == 0)) func `stays in place on a full disk`() throws {
        let disk = "\(blog.folder)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        try #require(try Shell.run("mount -t tmpfs -o size=4m tmpfs \(disk)").isSuccess)
        defer { _ = try? Shell.run("umount \(disk)") }
        try blog.git("clone", "--quiet", blog.remote, "\(disk)/site", in: blog.folder)
        let mirror = MirrorStrategy(path: "\(disk)/site", pattern: self.mirror.pattern, keepsDiscarded: .seconds(9))
        #expect(mirror.deploy([], limits).failure == nil)
        let commit = try blog.push(["index.html": "two\n"])
        // Git has to store what random bytes do not let it compress.
        _ = try Shell.run("head -c 1500000 /dev/urandom > \(disk)/site/index.html; dd if=/dev/zero of=\(disk)/fill")
        let before = try Shell.run("cd \(disk)/site && md5sum *.html .git/HEAD .git/index").output
        let failure = mirror.deploy([], limits).failure
        #expect(failure?.message.contains("disk") == true, "\(failure?.message ?? "")")
        #expect(try Shell.run("cd \(disk)/site && md5sum *.html .git/HEAD .git/index").output == before)
        try FileManager.default.removeItem(atPath: "\(disk)/fill")
        #expect(mirror.deploy([], limits) == .deployed(commit))
        #expect(try blog.git("for-each-ref", "refs/bellpull", in: "\(disk)/site").contains("discarded"))
    }

    @Test func `includes no edit that a person makes meanwhile, which is refused`() throws {
        try blog.push(["a.html": "one\n"])
        #expect(mirror.deploy([], limits).failure == nil)
        // Git runs the filter while it saves a.html, after it looked for edits.
        let isSaving = "test -e .git/index.lock && test ! -e \(blog.folder)/late"
        let filter = "if \(isSaving); then touch \(blog.folder)/late; echo late > index.html; fi; cat"
        try blog.git("config", "filter.late.clean", filter, in: blog.site)
        try blog.write("a.html filter=late\n", to: "site/.git/info/attributes")
        try blog.write("edited\n", to: "site/a.html")
        let head = try blog.head(of: blog.site)
        let commit = try blog.push(["index.html": "two\n"])
        #expect(mirror.deploy([], limits).failure != nil)
        #expect(try blog.text("site/index.html") == "late\n" && blog.text("site/a.html") == "edited\n")
        #expect(try refs.isEmpty && blog.head(of: blog.site) == head)
        #expect(mirror.deploy([], limits) == .deployed(commit))
        let ref = try #require(try refs.first)
        #expect(try show("\(ref):index.html") == "late" && show("\(ref):a.html") == "edited")
    }

    @Test(arguments: ["exit 1", "kill -9 $PPID"]) func `is back after a checkout that fails`(_ fault: String) throws {
        try blog.push(["z.html": "one\n"])
        #expect(mirror.deploy([], limits).failure == nil)
        try edit()
        let isNew = "test ! -e \(blog.folder)/good && test \"$text\" = two"
        let filter = "text=$(cat); if \(isNew); then \(fault); fi; echo \"$text\""
        try blog.git("config", "filter.bad.smudge", filter, in: blog.site)
        try blog.git("config", "filter.bad.clean", "cat", in: blog.site)
        try blog.git("config", "filter.bad.required", "true", in: blog.site)
        try blog.write("z.html filter=bad\n", to: "site/.git/info/attributes")
        let commit = try blog.push(["a.html": "new\n", "index.html": "two\n", "z.html": "two\n"])
        try expectFailure("git checkout")
        try blog.write("", to: "good")
        #expect(mirror.deploy([], limits) == .deployed(commit))
        #expect(try show("\(try #require(try refs.first))^2:both.html") == "staged version")
    }

    // MARK: A kill

    /// Stops after the work is saved: before HEAD moves, or right after.
    @Test(arguments: [false, true]) func `is back after a kill between save and checkout`(_ hasMoved: Bool) throws {
        try edit()
        let before = try everything()
        let commit = try blog.push(["index.html": "two\n"])
        try blog.git("fetch", "--quiet", "origin", in: blog.site)
        let clone = try DetachedClone.open(at: blog.site, limits)
        let lock = try SiteLock(in: "\(blog.site)/.git", limits)
        lock.noteBeginning()
        let head = try blog.text("site/.git/HEAD")
        let index = try Data(contentsOf: URL(fileURLWithPath: "\(blog.site)/.git/index"))
        try clone.discardWork(hasEdits: true, limits) { lock.noteTarget(commit, discarding: $0.commit) }
        if !hasMoved {
            try blog.write(head, to: "site/.git/HEAD")
            try index.write(to: URL(fileURLWithPath: "\(blog.site)/.git/index"))
        }
        lock.close()
        try FileManager.default.moveItem(atPath: blog.remote, toPath: "\(blog.folder)/away.git")
        #expect(mirror.deploy([], limits).failure?.message.contains("the remote has no such repository") == true)
        #expect(try everything() == before)
        try FileManager.default.moveItem(atPath: "\(blog.folder)/away.git", toPath: blog.remote)
        #expect(mirror.deploy([], limits) == .deployed(commit))
        #expect(try refs.count == 2)
    }

    @Test func `is back after a kill in the checkout`() throws {
        try edit()
        let before = try everything()
        let commit = try blog.push(["a.html": "new\n", "index.html": "two\n"])
        try blog.git("fetch", "--quiet", "origin", in: blog.site)
        let clone = try DetachedClone.open(at: blog.site, limits)
        let lock = try SiteLock(in: "\(blog.site)/.git", limits)
        lock.noteBeginning()
        try clone.discardWork(hasEdits: true, limits) { lock.noteTarget(commit, discarding: $0.commit) }
        // Git wrote both files, and not yet the index.
        try blog.write("new\n", to: "site/a.html")
        try blog.write("two\n", to: "site/index.html")
        try blog.write("", to: "site/.git/index.lock")
        lock.close()
        try FileManager.default.moveItem(atPath: blog.remote, toPath: "\(blog.folder)/away.git")
        #expect(mirror.deploy([], limits).failure != nil)
        #expect(try everything() == before)
    }

    @Test func `keeps the index after a kill before anything was saved`() throws {
        try edit()
        let before = try everything()
        try blog.push(["index.html": "two\n"])
        try blog.git("fetch", "--quiet", "origin", in: blog.site)
        let lock = try SiteLock(in: "\(blog.site)/.git", limits)
        lock.noteBeginning()
        lock.close()
        try FileManager.default.moveItem(atPath: blog.remote, toPath: "\(blog.folder)/away.git")
        #expect(mirror.deploy([], limits).failure != nil)
        #expect(try everything() == before)
    }
}
