import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `a hostile submodule` {
    init() { Isolation.begin() }

    @Test(
        arguments: SubmoduleStage.Kind.allCases,
        ["ext::sh -c touch% payload", "--upload-pack=touch payload", "ABSOLUTE", "FILE"])
    func `is refused and runs nothing`(_ kind: SubmoduleStage.Kind, _ url: String) throws {
        let stage = try SubmoduleStage(kind)
        try stage.deploy()
        let before = try #require(try stage.strategy().liveCommit)
        let urls = ["ABSOLUTE": stage.theme, "FILE": "file://\(stage.theme)"]
        try stage.setSubmodule("theme", urls[url] ?? url)
        let failure = try #require(try stage.deploy().result.failure)
        #expect(failure.message.hasPrefix("the submodule theme "))
        #expect(failure.hint != nil)
        #expect(try stage.strategy().liveCommit == before)
        #expect(try stage.shell("find . -name '*payload*'").isEmpty)
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `may come from a listed URL`(_ kind: SubmoduleStage.Kind) throws
    {
        let stage = try SubmoduleStage(kind)
        let commit = try stage.setSubmodule("theme", stage.theme)
        #expect(try stage.deploy([stage.theme]).result == .deployed(commit))
        #expect(stage.text("theme/style.css") == "one\n")
    }

    /// Names, commands and settings in `.gitmodules` mean nothing.
    @Test(arguments: SubmoduleStage.Kind.allCases) func `has no say but for its URL`(_ kind: SubmoduleStage.Kind) throws
    {
        let stage = try SubmoduleStage(kind)
        let files = """
            [submodule "../../hooks"]
            \tpath = theme
            \turl = ../theme.git
            \tupdate = !touch payload
            \tbranch = gone
            \tshallow = true
            \tfetchRecurseSubmodules = true
            \tignore = all
            [url "\(stage.blog.folder)/evil/"]
            \tinsteadOf = \(stage.blog.folder)/alice/
            [include]
            \tpath = /etc/passwd
            [core]
            \tsshCommand = touch payload
            \thooksPath = theme

            """
        try stage.pushTheme(["post-checkout": "#!/bin/sh\ntouch payload\n"])
        try stage.shell("chmod +x designer/post-checkout")
        try stage.pushTheme(["x": "x\n"])
        try stage.setSubmodule()
        try stage.blog.write(files, to: "author/.gitmodules")
        let commit = try stage.push()
        #expect(try stage.deploy().result == .deployed(commit))
        #expect(stage.text("theme/x") == "x\n")
        #expect(try stage.shell("find . -name 'payload*'").isEmpty)
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `cannot nest without end`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        for _ in 1...6 {
            let commit = try stage.themeCommit
            try stage.setSubmodule("deep", at: commit, "../theme.git", in: stage.designer)
        }
        try stage.setSubmodule()
        let message = try #require(try stage.deploy().result.failure?.message)
        #expect(message.hasPrefix("the submodule theme/deep/deep/deep/deep/deep is one too many: "))
    }

    @Test func `cannot lead out of the release by a link`() throws {
        let stage = try SubmoduleStage(.release)
        try stage.shell("ln -s ../../../outside designer/leak")
        try stage.pushTheme([:])
        try stage.setSubmodule()
        let message = try #require(try stage.deploy().result.failure?.message)
        #expect(message == "the symbolic link theme/leak leads out of the release: ../../../outside")
        #expect(try stage.strategy().releases.isEmpty)
    }

    /// The link of the site stays inside only if the submodule is a folder without links.
    @Test func `cannot have a link of the site lead out of the release`() throws {
        let stage = try SubmoduleStage(.release)
        try stage.shell("ln -s . designer/here && ln -s theme/here/../.. author/leak")
        try stage.pushTheme([:])
        try stage.setSubmodule()
        let message = try #require(try stage.deploy().result.failure?.message)
        #expect(message == "the symbolic link leak leads out of the release: theme/here/../..")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `needs a URL`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        try stage.setSubmodule()
        try stage.blog.git("rm", "--quiet", "-f", "--cached", ".gitmodules", in: stage.blog.author)
        try stage.shell("rm author/.gitmodules")
        try stage.push()
        #expect(try stage.deploy().result.failure?.message == "the submodule theme has no URL in .gitmodules")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `needs a .gitmodules that git can read`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try SubmoduleStage(kind)
        try stage.setSubmodule()
        try stage.blog.write("[submodule\n", to: "author/.gitmodules")
        try stage.push()
        let message = try #require(try stage.deploy().result.failure?.message)
        #expect(message.contains(".gitmodules of ") && message.contains(" cannot be read: "))
    }
}
