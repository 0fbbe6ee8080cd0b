import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `a site with submodules` {
    private typealias Kind = SubmoduleStage.Kind

    init() { Isolation.begin() }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `has the files of a submodule`(_ kind: SubmoduleStage.Kind)
        throws
    {
        let stage = try SubmoduleStage(kind)
        let commit = try stage.setSubmodule("themes/nice")
        let outcome = try stage.deploy()
        #expect(outcome.result == .deployed(commit))
        #expect(outcome.note == nil)
        #expect(stage.text("themes/nice/style.css") == "one\n")
        #expect(stage.names("themes/nice") == ["layout.html", "style.css"])
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `follows the commits of a submodule`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try SubmoduleStage(kind)
        try stage.setSubmodule()
        try stage.deploy()
        try stage.pushTheme(["style.css": "two\n", "new.css": "new\n"])
        let moved = try stage.setSubmodule()
        #expect(try stage.deploy().result == .deployed(moved))
        #expect(stage.text("theme/style.css") == "two\n")
        try stage.blog.git("rm", "--quiet", "new.css", in: stage.designer)
        try stage.pushTheme(["style.css": "three\n"])
        try stage.setSubmodule()
        try stage.deploy()
        #expect(stage.names("theme") == ["layout.html", "style.css"])
        #expect(stage.text("theme/style.css") == "three\n")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `says so without the setting`(_ kind: SubmoduleStage.Kind)
        throws
    {
        let stage = try SubmoduleStage(kind)
        let commit = try stage.setSubmodule()
        let outcome = try stage.deploy(nil)
        #expect(outcome.result == .deployed(commit))
        #expect(outcome.note?.hasSuffix("has submodules, which are not fetched without submodules = true") == true)
        #expect(stage.names("theme").isEmpty)
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `gets its submodules as soon as the setting is there`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try SubmoduleStage(kind)
        let commit = try stage.setSubmodule()
        try stage.deploy(nil)
        #expect(try stage.deploy().result.commit == commit)
        #expect(stage.text("theme/style.css") == "one\n")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `has no files of a removed submodule`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try SubmoduleStage(kind)
        try stage.setSubmodule()
        try stage.deploy()
        try stage.blog.git("rm", "--quiet", "--cached", "theme", in: stage.blog.author)
        try stage.shell("rmdir author/theme; rm author/.gitmodules")
        let commit = try stage.push()
        #expect(try stage.deploy().result == .deployed(commit))
        #expect(!stage.blog.exists("\(stage.live)/theme"))
    }

    @Test(arguments: SubmoduleStage.Kind.allCases)
    func `may turn a submodule into a folder and back`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        try stage.setSubmodule()
        try stage.deploy()
        try stage.blog.git("rm", "--quiet", "--cached", "theme", in: stage.blog.author)
        try stage.shell("echo own >author/theme/style.css")
        let folder = try stage.push()
        #expect(try stage.deploy().result == .deployed(folder))
        #expect(stage.text("theme/style.css") == "own\n")
        #expect(stage.names("theme") == ["style.css"])
        try stage.blog.git("rm", "--quiet", "-r", "--cached", "theme", in: stage.blog.author)
        try stage.shell("rm -r author/theme")
        let back = try stage.setSubmodule()
        #expect(try stage.deploy().result == .deployed(back))
        #expect(stage.text("theme/style.css") == "one\n")
        #expect(stage.names("theme") == ["layout.html", "style.css"])
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `has nested submodules`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        try stage.makeRepository("alice/icons.git", "\(stage.blog.folder)/icons", ["icon.svg": "<svg/>\n"])
        let icons = try stage.blog.head(of: "\(stage.blog.folder)/icons")
        try stage.setSubmodule("assets/icons", at: icons, "../icons.git", in: stage.designer)
        let commit = try stage.setSubmodule()
        #expect(try stage.deploy().result == .deployed(commit))
        #expect(stage.text("theme/assets/icons/icon.svg") == "<svg/>\n")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases)
    func `has a commit that is on no branch of the submodule`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        let commit = try stage.pushTheme(["style.css": "off\n"])
        try stage.blog.git("push", "--quiet", "--force", "origin", "HEAD~:main", in: stage.designer)
        let site = try stage.setSubmodule(at: commit)
        #expect(try stage.deploy().result == .deployed(site))
        #expect(stage.text("theme/style.css") == "off\n")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases)
    func `stays as it was if a submodule cannot be fetched`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try SubmoduleStage(kind)
        let first = try stage.setSubmodule()
        try stage.deploy()
        try stage.pushTheme(["style.css": "two\n"])
        try stage.blog.write("new\n", to: "author/index.html")
        try stage.setSubmodule()
        try stage.shell("mv alice/theme.git away")
        let failed = try stage.deploy()
        let message = try #require(failed.result.failure?.message)
        #expect(message.hasPrefix("the submodule theme cannot be fetched from \(stage.theme): "))
        #expect(try stage.strategy().liveCommit == first)
        #expect(stage.text("index.html") == "one\n" && stage.text("theme/style.css") == "one\n")
        try stage.shell("mv away alice/theme.git")
        #expect(try stage.deploy().result.failure == nil)
        #expect(stage.text("index.html") == "new\n" && stage.text("theme/style.css") == "two\n")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `fails for a commit that was not pushed`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try SubmoduleStage(kind)
        let commit = try stage.blog.commit(["style.css": "forgotten\n"], in: stage.designer)
        try stage.setSubmodule(at: commit)
        let message = "the submodule theme is at \(commit.short), but \(stage.theme) has no such commit"
        #expect(try stage.deploy().result.failure?.message == message)
    }

    /// A person's git sees a submodule like any other.
    @Test(arguments: [SubmoduleStage.Kind.pull, .mirror]) func `leaves a clone that a person can use`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try SubmoduleStage(kind)
        try stage.setSubmodule()
        try stage.deploy()
        let site = stage.blog.site
        #expect(try stage.blog.git("status", "--porcelain", in: site).isEmpty)
        #expect(try stage.blog.head(of: "\(site)/theme") == stage.themeCommit)
        try stage.pushTheme(["style.css": "two\n"])
        try stage.setSubmodule()
        let allowed = [
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
        ]
        try stage.blog.git("fetch", "--quiet", in: site, environment: allowed)
        #expect(try stage.deploy().result.failure == nil)
        #expect(stage.text("theme/style.css") == "two\n")
        #expect(try stage.blog.git("status", "--porcelain", in: site).isEmpty)
    }
}
