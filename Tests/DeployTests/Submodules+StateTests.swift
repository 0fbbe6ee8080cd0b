import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `the folder of a submodule` {
    private static let clones: [SubmoduleStage.Kind] = [.pull, .mirror]

    init() { Isolation.begin() }

    @Test(arguments: clones) func `keeps a person's edits`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        let first = try stage.setSubmodule()
        try stage.deploy()
        try stage.blog.write("mine, and longer\n", to: "site/theme/style.css")
        try stage.pushTheme(["style.css": "two\n"])
        try stage.setSubmodule()
        let failure = try #require(try stage.deploy().result.failure)
        #expect(failure.message == "the submodule theme has local changes: theme/style.css")
        #expect(stage.text("theme/style.css") == "mine, and longer\n")
        #expect(try stage.blog.head(of: stage.blog.site) == first)
        // The remedy, without the user.
        try stage.shell("mv -T site/theme site/theme.saved && mkdir site/theme")
        #expect(try stage.deploy().result.failure == nil)
        #expect(stage.text("theme/style.css") == "two\n")
    }

    @Test(arguments: clones) func `keeps untracked files of a removed submodule`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        try stage.setSubmodule()
        try stage.deploy()
        try stage.blog.write("mine\n", to: "site/theme/upload.jpg")
        try stage.blog.git("rm", "--quiet", "--cached", "theme", in: stage.blog.author)
        try stage.shell("rmdir author/theme; rm author/.gitmodules")
        try stage.push()
        #expect(try stage.deploy().result.failure == nil)
        #expect(stage.names("theme") == ["upload.jpg"])
    }

    @Test(arguments: clones) func `is refused if an untracked file is in the way`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        let first = try stage.setSubmodule()
        try stage.deploy()
        try stage.blog.write("mine\n", to: "site/theme/new.css")
        try stage.pushTheme(["new.css": "theirs\n", "style.css": "two\n"])
        try stage.setSubmodule()
        #expect(try stage.deploy().result.failure != nil)
        #expect(stage.text("theme/new.css") == "mine\n" && stage.text("theme/style.css") == "one\n")
        #expect(try stage.blog.head(of: stage.blog.site) == first)
        try stage.shell("rm site/theme/new.css")
        #expect(try stage.deploy().result.failure == nil)
        #expect(stage.text("theme/new.css") == "theirs\n" && stage.text("theme/style.css") == "two\n")
    }

    @Test(arguments: clones) func `keeps files that were there before the submodule`(_ kind: SubmoduleStage.Kind) throws
    {
        let stage = try SubmoduleStage(kind)
        try stage.deploy()
        let before = try stage.blog.head(of: stage.blog.site)
        try stage.shell("mkdir site/theme; echo mine >site/theme/style.css; echo mine >site/theme/other")
        let commit = try stage.setSubmodule()
        let failure = try #require(try stage.deploy().result.failure)
        #expect(failure.message == "untracked files are in the way of the submodule theme: theme/style.css")
        #expect(stage.text("theme/style.css") == "mine\n")
        #expect(try stage.blog.head(of: stage.blog.site) == before)
        try stage.shell("rm site/theme/style.css")
        #expect(try stage.deploy().result == .deployed(commit))
        #expect(stage.names("theme") == ["layout.html", "other", "style.css"])
    }

    private static let allowed = [
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
    ]

    @Test(arguments: clones, [false, true])
    func `is taken over from git submodule`(_ kind: SubmoduleStage.Kind, isEdited: Bool) throws {
        let stage = try SubmoduleStage(kind)
        try stage.setSubmodule()
        try stage.blog.git("pull", "--quiet", in: stage.blog.site)
        try stage.blog.git(
            "submodule", "--quiet", "update", "--init", in: stage.blog.site, environment: Self.allowed)
        #expect(stage.text("theme/style.css") == "one\n")
        if isEdited { try stage.blog.write("mine\n", to: "site/theme/layout.html") }
        try stage.pushTheme(["style.css": "two\n"])
        let commit = try stage.setSubmodule()
        let result = try stage.deploy().result
        if isEdited {
            #expect(result.failure?.message.hasPrefix("the submodule theme has local changes: theme/") == true)
            #expect(stage.text("theme/layout.html") == "mine\n" && stage.text("theme/style.css") == "one\n")
        } else {
            #expect(result == .deployed(commit))
            #expect(stage.names("theme") == ["layout.html", "style.css"])
            #expect(stage.text("theme/style.css") == "two\n")
            #expect(try stage.blog.git("status", "--porcelain", in: stage.blog.site).isEmpty)
        }
    }

    /// The deployment is killed between the parts, and once in the middle of each file.
    @Test(arguments: clones) func `is complete after a kill at any point`(_ kind: SubmoduleStage.Kind) throws {
        for point in 0..<4 {
            let stage = try SubmoduleStage(kind)
            try stage.makeRepository("alice/icons.git", "\(stage.blog.folder)/icons", ["icon.svg": "<svg/>\n"])
            let icons = try stage.blog.head(of: "\(stage.blog.folder)/icons")
            try stage.setSubmodule("old", at: icons, "../icons.git")
            try stage.setSubmodule()
            try stage.deploy()
            try stage.blog.git("rm", "--quiet", "--cached", "old", in: stage.blog.author)
            try stage.shell("rmdir author/old; cd author; git config -f .gitmodules --remove-section submodule.old")
            try stage.setSubmodule("new", at: icons, "../icons.git")
            try stage.pushTheme(["style.css": "two\n"])
            let commit = try stage.setSubmodule()
            try kill(stage, commit, after: point)
            let result = try stage.deploy().result
            #expect(result.failure == nil, "\(point)")
            #expect(try stage.blog.head(of: stage.blog.site) == commit)
            #expect(stage.text("theme/style.css") == "two\n" && stage.text("new/icon.svg") == "<svg/>\n", "\(point)")
            #expect(!stage.blog.exists("site/old"), "\(point)")
            #expect(stage.names("theme") == ["layout.html", "style.css"], "\(point)")
        }
    }

    /// Runs the first parts of a deployment, and ends as a kill would.
    private func kill(_ stage: SubmoduleStage, _ commit: Commit, after point: Int) throws {
        let clone = try DetachedClone.open(at: stage.blog.site, stage.limits)
        let lock = try SiteLock(in: clone.gitDirectory, common: clone.commonDirectory, stage.limits)
        defer { lock.close() }
        let sources = SubmoduleSources(remote: stage.blog.remote, listed: [])
        let submodules = PlacedSubmodules(of: clone, from: sources, stage.limits, Transcript())
        try stage.blog.git("fetch", "--quiet", "origin", in: stage.blog.site)
        try submodules.prepare(for: commit)
        lock.noteBeginning()
        lock.noteTarget(commit)
        if point > 0 { try submodules.clear() }
        if point > 1 {
            try stage.blog.git(["reset", "--quiet", "--keep", commit.description], in: stage.blog.site)
        }
        // A checkout that stopped in the middle of a file.
        if point > 2 {
            try stage.blog.write("t", to: "site/theme/style.css")
            try stage.shell("for x in site/.git/bellpull-submodules/*.git/worktrees/*; do touch $x/index.lock; done")
        }
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `goes back with the site`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        let first = try stage.setSubmodule()
        try stage.deploy()
        try stage.pushTheme(["style.css": "two\n"])
        try stage.setSubmodule()
        try stage.deploy()
        let strategy = try stage.strategy()
        try strategy.setPin(
            Pin(at: first, release: strategy.previousRelease?.name, by: "alice", reason: nil), stage.limits)
        let locked = try strategy.lock(stage.limits)
        let result = locked.deploy(.place(at: first), announced: [], stage.limits, Transcript()).result
        locked.release()
        #expect(result == .deployed(first))
        #expect(stage.text("theme/style.css") == "one\n")
    }

    @Test func `shares the files of earlier releases, and is kept if a person changed a file`() throws {
        let stage = try SubmoduleStage(.release)
        try stage.setSubmodule()
        try stage.deploy(stage.strategy(keep: 2))
        let first = try #require(try stage.strategy().liveRelease)
        try stage.pushTheme(["style.css": "two\n"])
        try stage.setSubmodule()
        try stage.deploy(stage.strategy(keep: 2))
        #expect(try stage.shell("stat -c %h www/current/theme/layout.html www/current/theme/style.css") == "2\n1\n")
        try stage.shell("echo mine >www/releases/\(first)/theme/upload.jpg")
        for number in 3...5 {
            try stage.pushTheme(["style.css": "\(number)\n"])
            try stage.setSubmodule()
            try stage.deploy(stage.strategy(keep: 2))
        }
        #expect(try stage.strategy().releases.map(\.name).last == first)
        #expect(try stage.strategy().releases.count == 3)
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `leaves no store of a removed submodule`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try SubmoduleStage(kind)
        try stage.setSubmodule()
        try stage.deploy(stage.strategy(keep: 2))
        let stores = "find . -path '*bellpull-submodules/*' -name '*.git' | wc -l"
        #expect(try stage.shell(stores) == "1\n")
        try stage.blog.git("rm", "--quiet", "--cached", "theme", in: stage.blog.author)
        try stage.shell("rmdir author/theme; rm author/.gitmodules")
        for _ in 1...3 {
            try stage.push()
            try stage.deploy(stage.strategy(keep: 2))
        }
        #expect(try stage.shell(stores) == "0\n")
    }
}
