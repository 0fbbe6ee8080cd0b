import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

/// `local_edits = "save"`.
@Suite(.onPlainThreads) final class `discarded work of a mirror`: DiscardedWorkStage {
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
