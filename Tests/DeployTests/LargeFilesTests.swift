import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy

private let isInstalled = access("/usr/bin/git-lfs", X_OK) == 0 || access("/usr/local/bin/git-lfs", X_OK) == 0

@Suite(.onPlainThreads, .enabled(if: isInstalled, "git-lfs is not installed")) struct `a site with files in git-lfs` {
    init() { Isolation.begin() }

    /// A blog with `photo.bin` in git-lfs.
    private func stage(_ kind: SubmoduleStage.Kind) throws -> SubmoduleStage {
        let stage = try SubmoduleStage(kind)
        try track(in: stage.blog.author)
        return stage
    }

    private func track(in clone: String) throws {
        for (key, value) in [("process", "git-lfs filter-process"), ("clean", "git-lfs clean -- %f")] {
            _ = try Blog.lfs(["config", "filter.lfs.\(key)", value], in: clone)
        }
        try "*.bin filter=lfs diff=lfs merge=lfs -text\n".write(
            toFile: "\(clone)/.gitattributes", atomically: false, encoding: .utf8)
    }

    /// Commits a photo with `text`, and uploads it.
    private func push(_ text: String, _ stage: SubmoduleStage, in clone: String? = nil, to remote: String? = nil) throws
        -> Commit
    {
        let clone = clone ?? stage.blog.author
        let commit = try stage.blog.commit(["photo.bin": text], in: clone)
        let url = ["-c", "lfs.url=file://\(remote ?? stage.blog.remote)"]
        _ = try Blog.lfs(url + ["lfs", "push", "origin", "HEAD"], in: clone)
        // git-lfs has installed a hook.
        try stage.blog.git("-c", "core.hooksPath=/dev/null", "push", "--quiet", "origin", "HEAD", in: clone)
        return commit
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `has their content`(_ kind: SubmoduleStage.Kind) throws {
        let stage = try stage(kind)
        for text in ["one photo\n", "two photos\n"] {
            let commit = try push(text, stage)
            let outcome = try stage.deploy(nil, lfs: true)
            #expect(outcome.result == .deployed(commit))
            #expect(outcome.note == nil)
            #expect(stage.text("photo.bin") == text)
        }
        #expect(
            try stage.shell(
                "mkdir -p www/repository.git; find site www/repository.git -name post-checkout -o -name pre-push; true"
            ).isEmpty)
    }

    @Test(arguments: SubmoduleStage.Kind.allCases, [nil, false] as [Bool?])
    func `has pointers, and says so, without the setting`(_ kind: SubmoduleStage.Kind, lfs: Bool?) throws {
        let stage = try stage(kind)
        let commit = try push("one\n", stage)
        let outcome = try stage.deploy(nil, lfs: lfs)
        #expect(outcome.result == .deployed(commit))
        #expect(
            outcome.note?.hasSuffix("has git-lfs files, which are not fetched without lfs = true (photo.bin)") == true)
        #expect(stage.text("photo.bin")?.hasPrefix("version https://git-lfs") == true)
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `gets their content as soon as the setting is there`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try stage(kind)
        let commit = try push("one\n", stage)
        try stage.deploy(nil)
        #expect(try stage.deploy(nil, lfs: true).result.commit == commit)
        #expect(stage.text("photo.bin") == "one\n")
        let next = try stage.blog.push(["index.html": "two\n"])
        #expect(try stage.deploy(nil, lfs: true).result == .deployed(next))
        #expect(stage.text("photo.bin") == "one\n")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `asks the server of the remote, whatever .lfsconfig says`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try stage(kind)
        let evil = """
            [lfs]
            \turl = http://127.0.0.1:9/evil
            \tfetchexclude = *
            \tskipdownloaderrors = true
            \tstandalonetransferagent = evil
            [lfs "customtransfer.evil"]
            \tpath = touch
            \targs = \(stage.blog.folder)/payload
            [remote "origin"]
            \tlfsurl = http://127.0.0.1:9/evil

            """
        try stage.blog.write(evil, to: "author/.lfsconfig")
        for text in ["one\n", "two\n"] {
            let commit = try push(text, stage)
            #expect(try stage.deploy(nil, lfs: true).result == .deployed(commit))
            #expect(stage.text("photo.bin") == text)
        }
        #expect(!stage.blog.exists("payload"))
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `stays as it was if a file cannot be downloaded`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try stage(kind)
        let first = try push("one\n", stage)
        try stage.deploy(nil, lfs: true)
        _ = try push("two\n", stage)
        try stage.shell("mv alice/blog.git/lfs away")
        #expect(try stage.deploy(nil, lfs: true).result.failure != nil)
        #expect(stage.text("photo.bin") == "one\n")
        #expect(try stage.strategy().liveCommit == first)
        try stage.shell("rm -r alice/blog.git/lfs; mv away alice/blog.git/lfs")
        #expect(try stage.deploy(nil, lfs: true).result.failure == nil)
        #expect(stage.text("photo.bin") == "two\n")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `has the content of its submodules' files`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try SubmoduleStage(kind)
        try track(in: stage.designer)
        let commit = try push("logo\n", stage, in: stage.designer, to: stage.theme)
        let site = try stage.setSubmodule(at: commit)
        #expect(try stage.deploy(lfs: true).result == .deployed(site))
        #expect(stage.text("theme/photo.bin") == "logo\n")
    }

    @Test(arguments: SubmoduleStage.Kind.allCases) func `keeps no downloads that are no longer in use`(
        _ kind: SubmoduleStage.Kind
    ) throws {
        let stage = try stage(kind)
        for number in 1...4 {
            _ = try push("\(number)\n", stage)
            try stage.deploy(stage.strategy(nil, lfs: true, keep: 2))
            try stage.shell(
                "find site/.git/lfs www/repository.git/lfs -type f 2>/dev/null | xargs -r touch -d '2 days ago'")
        }
        _ = try push("5\n", stage)
        try stage.deploy(stage.strategy(nil, lfs: true, keep: 2))
        let count = try stage.shell("find site/.git/lfs www/repository.git/lfs -type f 2>/dev/null | wc -l")
        #expect(count == (kind == .release ? "2\n" : "1\n"))
    }
}

extension Blog {
    /// Runs git with git-lfs in its place.
    fileprivate static func lfs(_ arguments: [String], in clone: String) throws -> String {
        let completion = try Shell.command("exec git \"$@\"", arguments, in: clone, Isolation.environment).run(
            until: .now + .seconds(20), cancellation: .init())
        guard completion.isSuccess else { throw Trouble(completion.errors) }
        return completion.output
    }
}
