import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

/// `local_edits = "save"`.
@Suite(.onPlainThreads) final class `discarded work of a mirror`: Sendable {
    private let blog: Blog
    private let mirror: MirrorStrategy
    private var limits: Limits { .within(.seconds(20)) }

    init() throws {
        blog = try Blog()
        mirror = MirrorStrategy(
            path: blog.site, pattern: try #require(RefPattern(branch: "main")), keepsDiscarded: .seconds(86_400))
        let names = ["index.html", "staged.html", "both.html", "deleted.html", "mode.sh", "untracked-again.html"]
        try blog.push(Dictionary(uniqueKeysWithValues: names.map { ($0, "one\n") }))
        guard mirror.deploy([], limits).commit != nil else { throw Trouble("not deployed") }
    }

    deinit { blog.remove() }

    private var refs: [String] {
        get throws {
            try blog.git("for-each-ref", "--format=%(refname)", "refs/bellpull", in: blog.site)
                .split(separator: "\n").map(String.init)
        }
    }

    /// Edits tracked files in every way, and puts untracked and ignored files beside them.
    private func edit() throws {
        try blog.write("mine\n", to: "site/index.html")
        try blog.write("mine, staged\n", to: "site/staged.html")
        try blog.write("staged version\n", to: "site/both.html")
        try blog.write("new and staged\n", to: "site/new.html")
        try blog.git("add", "staged.html", "both.html", "new.html", in: blog.site)
        try blog.write("edited version\n", to: "site/both.html")
        try FileManager.default.removeItem(atPath: "\(blog.site)/deleted.html")
        chmod("\(blog.site)/mode.sh", 0o755)
        try blog.git("rm", "--quiet", "--cached", "untracked-again.html", in: blog.site)
        try blog.write("untracked\n", to: "site/untracked.txt")
        try blog.write("ignored.txt\n", to: "site/.git/info/exclude")
        try blog.write("ignored\n", to: "site/ignored.txt")
    }

    /// The state, and the contents of all files outside `.git`.
    private func everything() throws -> [String] {
        let list = "find . -name .git -prune -o -printf '%p %y %m\\n' -type f -exec md5sum {} + | sort"
        let files = try Shell.command(list, in: blog.site).run(until: .now + .seconds(20), cancellation: Cancellation())
        return try blog.state() + [
            files.output, blog.git("diff", in: blog.site), blog.git("stash", "list", in: blog.site),
        ]
    }

    private func show(_ object: String) throws -> String { try blog.git("show", object, in: blog.site) }

    /// The command after `words` in `note`.
    private func command(_ words: String, in note: String?) throws -> String {
        let rest = try #require(note?.components(separatedBy: words).dropFirst().first)
        return try #require(rest.components(separatedBy: "; ").first)
    }

    private func paste(_ command: String) throws {
        let shell = Shell.command(command, [], in: "/", Isolation.environment)
        let completion = try shell.run(until: .now + .seconds(20), cancellation: Cancellation())
        #expect(completion.isSuccess, "\(command)\n\(completion.errors)")
    }

    // MARK: Saving

    @Test func `is saved in full, and the site is exactly at the commit`() throws {
        try edit()
        let base = try blog.head(of: blog.site)
        try Shell.writeExecutable("#!/bin/sh\ntouch \(blog.folder)/hook\n", to: "\(blog.site)/.git/hooks/post-checkout")
        let commit = try blog.push(["index.html": "two\n"])
        let (result, note) = mirror.deploy(targets: [.main(commit)], limits)
        #expect(result == .deployed(commit))
        #expect(try blog.git("status", "--porcelain", in: blog.site) == "?? untracked.txt")
        #expect(try blog.text("site/index.html") == "two\n" && blog.text("site/both.html") == "one\n")
        #expect(try blog.text("site/untracked.txt") == "untracked\n" && blog.text("site/ignored.txt") == "ignored\n")
        #expect(!blog.exists("site/new.html") && !blog.exists("hook"))
        let ref = try #require(try refs.first)
        #expect(ref.firstMatch(of: #/^refs\/bellpull\/discarded\/\d{8}T\d{6}Z$/#) != nil)
        #expect(note?.contains(ref) == true)
        #expect(try show("\(ref):index.html") == "mine" && show("\(ref):staged.html") == "mine, staged")
        #expect(try show("\(ref):both.html") == "edited version" && show("\(ref)^2:both.html") == "staged version")
        #expect(try show("\(ref):new.html") == "new and staged" && show("\(ref):untracked-again.html") == "one")
        let listing = try blog.git("ls-tree", ref, in: blog.site)
        #expect(listing.contains("100755 blob") && !listing.contains("deleted.html") && !listing.contains("ignored"))
        #expect(try blog.git("rev-parse", "\(ref)^", in: blog.site) == base.description)
        #expect(try blog.git("stash", "list", in: blog.site) == "")
        #expect(mirror.deploy(targets: [.main(commit)], limits).note == nil)
    }

    @Test func `comes back with the command in the note`() throws {
        try blog.write("mine\n", to: "site/index.html")
        try blog.write("new\n", to: "site/new.html")
        try blog.git("add", "new.html", in: blog.site)
        let commit = try blog.push(["other.html": "two\n"])
        let (result, note) = mirror.deploy(targets: [.main(commit)], limits)
        #expect(result == .deployed(commit))
        #expect(note?.hasPrefix("local edits were saved and discarded; to bring them back: ") == true)
        try paste(command("to bring them back: ", in: note))
        #expect(try blog.text("site/index.html") == "mine\n" && blog.text("site/new.html") == "new\n")
        #expect(try blog.text("site/other.html") == "two\n" && blog.head(of: blog.site) == commit)
    }

    @Test(arguments: [false, true]) func `includes local commits`(_ hasEdits: Bool) throws {
        let local = try blog.commit(["local.html": "mine\n"], in: blog.site)
        if hasEdits { try blog.write("edited\n", to: "site/local.html") }
        let commit = try blog.push(["index.html": "two\n"])
        let (result, note) = mirror.deploy(targets: [.main(commit)], limits)
        #expect(result == .deployed(commit) && !blog.exists("site/local.html"))
        try paste(command("to keep them on a branch: ", in: note))
        let branches = try blog.git("branch", "--list", "--format=%(refname:short) %(objectname)", in: blog.site)
        #expect(branches.contains("Z \(local)"))
        #expect(note?.contains("local edits were saved") == hasEdits)
        if hasEdits { #expect(try show("\(try #require(try refs.first)):local.html") == "edited") }
    }

    @Test func `includes edits although the commit is live already`() throws {
        let live = try blog.head(of: blog.site)
        try edit()
        let (result, note) = mirror.deploy(targets: [], limits)
        #expect(result == .unchanged(live) && note?.contains("local edits were saved") == true)
        #expect(try blog.git("status", "--porcelain", in: blog.site) == "?? untracked.txt")
        #expect(try refs.count == 1)
    }

    @Test func `has a name of its own, twice in one second too`() throws {
        let clone = try DetachedClone.open(at: blog.site, limits)
        let time = Date(timeIntervalSince1970: 1_735_787_045)
        var works: [DiscardedWork] = []
        for text in ["a", "b", "c"] {
            try blog.write("\(text)\n", to: "site/index.html")
            try clone.discardWork(hasEdits: true, at: time, limits) { works.append($0) }
        }
        let name = "refs/bellpull/discarded/20250102T030405Z"
        #expect(works.map(\.ref) == [name, "\(name)-2", "\(name)-3"])
        #expect(try works.map { try show("\($0.ref):index.html") } == ["a", "b", "c"])
    }

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

    // MARK: Keeping

    @Test func `is removed with the history`() throws {
        let live = try blog.head(of: blog.site)
        let old = ["20200101T000000Z", "20200101T000000Z-2"]
        for name in old + ["20990101T000000Z"] {
            try blog.git("update-ref", "refs/bellpull/discarded/\(name)", live.description, in: blog.site)
        }
        try blog.push(["index.html": "two\n"])
        try blog.write("mine\n", to: "site/index.html")
        let site = try mirror.lock(limits)
        #expect(site.deploy(.follow, announced: [], limits, Transcript()).result.commit != nil)
        #expect(try refs.count == 4)
        site.tidy(limits)
        site.release()
        let left = try refs
        #expect(left.count == 2 && left.last == "refs/bellpull/discarded/20990101T000000Z")
    }

    @Test func `is no obstacle to an inspection, unless it is refused`() throws {
        try edit()
        #expect(try mirror.inspect(limits).obstacles.isEmpty)
        let refusing = MirrorStrategy(path: blog.site, pattern: mirror.pattern)
        #expect(try refusing.inspect(limits).obstacles.map(\.message) == ["\(blog.site) has local changes"])
        #expect(refusing.deploy([], limits).failure?.message == "\(blog.site) has local changes")
    }
}
