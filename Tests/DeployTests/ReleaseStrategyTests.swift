import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `a site with releases` {
    // MARK: Laying out

    @Test func `is created by its first deployment`() throws {
        let stage = try ReleaseStage()
        let commit = try stage.blog.head(of: stage.blog.author)
        #expect(stage.strategy.liveCommit == nil && stage.strategy.releases.isEmpty)
        #expect(stage.deploy() == .deployed(commit))
        #expect(stage.live("index.html") == "one\n")
        #expect(stage.names == ["cache", "current", "releases", "repository.git", "shared"])
        let release = try #require(stage.strategy.releases.first)
        #expect(release.name.wholeMatch(of: #/\d{8}T\d{6}Z-[0-9a-f]{7}/#) != nil)
        #expect(release.name.hasSuffix(String(commit.description.prefix(7))))
        #expect(release.commit == commit && release.ref == "refs/heads/main" && release.wentLive.count == 1)
        #expect(stage.strategy.liveRelease == release.name && stage.strategy.liveCommit == commit)
        #expect(try stage.shell("readlink current") == "releases/\(release.name)\n")
        #expect(try stage.shell("ls -A current") == "index.html\n", "no .git")
        #expect(
            try stage.shell("stat -c %a repository.git cache releases current/ current/index.html")
                == "700\n700\n755\n755\n444\n")
        #expect(stage.deploy() == .unchanged(commit))
        #expect(stage.folders.count == 1)
    }

    @Test func `gets a new folder for each push, and shares the files that stay`() throws {
        let stage = try ReleaseStage()
        try stage.blog.push(["a b/c.txt": "same\n", "index.html": "one\n"].mapKeys(in: stage.blog.author))
        _ = stage.deploy()
        let first = try #require(stage.strategy.liveRelease)
        let commit = try stage.blog.push(["index.html": "two\n", "new.html": "new\n"])
        #expect(stage.deploy() == .deployed(commit))
        #expect(stage.live("index.html") == "two\n" && stage.live("new.html") == "new\n")
        #expect(stage.live("a b/c.txt") == "same\n")
        #expect(try stage.shell("readlink previous") == "releases/\(first)\n")
        #expect(try stage.blog.text("\(stage.path)/releases/\(first)/index.html") == "one\n")
        #expect(try stage.shell("stat -c %h current/'a b'/c.txt current/index.html") == "2\n1\n")
    }

    @Test func `removes, renames and changes the kind of files`() throws {
        let stage = try ReleaseStage()
        let author = stage.blog.author
        func push(_ script: String) throws -> Commit {
            _ = try Shell.run("cd \(author) && \(script)")
            return try stage.blog.push([:])
        }
        _ = try push(
            "mkdir -p d/e && echo 1 >d/e/f && echo 2 >g && echo 3 >Case && ln -s g link && echo x >run && chmod +x run")
        _ = stage.deploy()
        #expect(try stage.shell("readlink current/link; stat -c %a current/run") == "g\n555\n")
        let second = try push(
            "rm -r d && echo 4 >d && rm g && mkdir g && echo 5 >g/h && git mv Case case && chmod -x run")
        #expect(stage.deploy() == .deployed(second))
        let third = try push("rm -r d g link case run && echo 6 >link")
        #expect(stage.deploy() == .deployed(third))
        #expect(try stage.shell("ls -A current") == "index.html\nlink\n")
        for release in stage.strategy.releases {
            let tree = try stage.blog.git("ls-tree", "-r", release.commit.description, in: author)
            let index = try stage.shell(
                "cd releases/\(release.name) && git init -q /tmp/x.$$ && export GIT_DIR=/tmp/x.$$/.git GIT_WORK_TREE=. "
                    + "&& git add -A && git ls-files -s | sed 's/ 0\t/\t/; s/^\\([0-9]*\\) /\\1 blob /' && rm -r /tmp/x.$$"
            )
            #expect(index.trimmingCharacters(in: .newlines) == tree)
        }
    }

    @Test func `has files of every name`() throws {
        let stage = try ReleaseStage()
        let script = #"""
            printf 1 >"$(printf 'line\nfeed')"; printf 2 >"$(printf 'not\377utf8')"; printf 3 >-x; printf 4 >' '
            mkdir releases current shared repository.git; for n in releases current shared repository.git; do echo $n >$n/f; done
            """#
        _ = try Shell.run("cd \(stage.blog.author) && \(script)")
        try stage.blog.push([:])
        _ = stage.deploy()
        let commit = try stage.blog.push(["index.html": "two\n"])
        #expect(stage.deploy() == .deployed(commit))
        let difference = try stage.shell("diff -r --exclude=.git current/ \(stage.blog.author) && echo same")
        #expect(difference == "same\n")
    }

    @Test(arguments: ["main", "release/*"]) func `follows a branch and a pattern`(_ branch: String) throws {
        let stage = try ReleaseStage(follows: RefPattern(branch: branch))
        if branch == "main" {
            try stage.blog.push(["index.html": "two\n"])
            _ = stage.deploy()
            let commit = try stage.blog.replaceLastPush(with: ["index.html": "rewritten\n"])
            #expect(stage.deploy() == .deployed(commit))
            return
        }
        #expect(stage.deploy().failure?.message == "the remote has no branch release/*")
        try stage.blog.git("push", "--quiet", "origin", "HEAD:release/1.9", in: stage.blog.author)
        let low = try stage.blog.head(of: stage.blog.author)
        #expect(stage.deploy() == .deployed(low))
        let high = try stage.blog.commit(["index.html": "high\n"], in: stage.blog.author)
        try stage.blog.git("push", "--quiet", "origin", "HEAD:release/1.10", in: stage.blog.author)
        #expect(stage.deploy() == .deployed(high))
        try stage.blog.git("push", "--quiet", "origin", ":release/1.10", in: stage.blog.author)
        #expect(stage.deploy() == .deployed(low))
    }

    @Test func `follows tags, annotated or not`() throws {
        let stage = try ReleaseStage(follows: RefPattern(tag: "v*"))
        for (tag, options) in [("v1.9", []), ("v1.10", ["-a", "-m", "ten"])] as [(String, [String])] {
            let commit = try stage.blog.commit(["index.html": "\(tag)\n"], in: stage.blog.author)
            try stage.blog.git(["tag", tag] + options, in: stage.blog.author)
            try stage.blog.git("push", "--quiet", "origin", tag, in: stage.blog.author)
            #expect(stage.deploy() == .deployed(commit))
            #expect(stage.live("index.html") == "\(tag)\n")
        }
    }

    @Test func `reports a missing branch, and waits for one that was announced`() throws {
        let stage = try ReleaseStage(follows: RefPattern(branch: "live"))
        let head = try stage.blog.head(of: stage.blog.author)
        let failure = try #require(stage.deploy().failure)
        #expect(failure.message.contains("live"), "\(failure.message)")
        let target = DeploymentRecord.Target(ref: "refs/heads/live", commit: head)
        #expect(stage.strategy.deploy(targets: [target], stage.limits).result == .waiting(for: head.short))
        try stage.blog.git("push", "--quiet", "origin", "HEAD:live", in: stage.blog.author)
        #expect(stage.strategy.deploy(targets: [target], stage.limits).result == .deployed(head))
        #expect(stage.strategy.deploy(targets: [target], stage.limits).result == .unchanged(head))
        let other = DeploymentRecord.Target(ref: "refs/heads/live", commit: try .fake(7), before: head)
        #expect(stage.strategy.deploy(targets: [other], stage.limits).result == .waiting(for: other.commit.short))
    }

    /// Root may write anywhere, so this can fail only as an ordinary user.
    @Test func `has a cache that belongs to the user of the steps`() throws {
        let stage = try ReleaseStage()
        _ = stage.deploy()
        chmod("\(stage.path)/cache", 0)
        let commit = try stage.blog.push(["index.html": "two\n"])
        #expect(stage.deploy() == .deployed(commit))
        #expect(try stage.strategy.inspect(stage.limits).obstacles.isEmpty)
    }

    @Test func `is asked for missed pushes`() throws {
        let stage = try ReleaseStage()
        let first = try stage.blog.head(of: stage.blog.author)
        #expect(throws: Never.self) { try stage.strategy.lock(stage.limits).release() }
        #expect(try stage.strategy.missedPush(stage.limits)?.commit == first, "nothing was deployed yet")
        _ = stage.deploy()
        #expect(try stage.strategy.missedPush(stage.limits) == nil)
        let commit = try stage.blog.push(["index.html": "two\n"])
        #expect(try stage.strategy.missedPush(stage.limits)?.commit == commit)
        #expect(try stage.strategy.inspect(stage.limits).missed?.commit == commit)
        _ = stage.deploy()
        #expect(try stage.strategy.inspect(stage.limits).missed == nil)
        #expect(try stage.strategy.inspect(stage.limits).obstacles.isEmpty)
    }

    // MARK: Keeping

    @Test func `keeps so many releases, and their commits`() throws {
        let stage = try ReleaseStage(keep: 2)
        var commits: [Commit] = []
        for number in 1...4 {
            commits.append(try stage.blog.push(["index.html": "\(number)\n"]))
            #expect(try stage.deployAndTidy().result == .deployed(commits[number - 1]))
        }
        #expect(stage.strategy.releases.map(\.commit) == [commits[3], commits[2]])
        #expect(try stage.shell("ls -A releases | grep -c json") == "2\n")
        let refs = try stage.blog.git(
            "for-each-ref", "--format=%(objectname)", "refs/bellpull/releases", in: "\(stage.path)/repository.git")
        #expect(Set(refs.split(separator: "\n").map(String.init)) == Set(commits[2...].map(\.description)))
        #expect(try stage.shell("ls repository.git/bellpull-releases | wc -l") == "2\n")
    }

    /// Returns what is beside the releases: for each kind the names of the releases.
    private func companions(_ stage: ReleaseStage) throws -> [[String]] {
        try [
            "ls -A releases | sed -n 's/^\\.\\(.*\\)\\.json$/\\1/p'", "ls repository.git/bellpull-releases",
            "git -C repository.git for-each-ref --format='%(refname:lstrip=3)' refs/bellpull/releases",
        ].map { try stage.shell($0).split(separator: "\n").map(String.init) }
    }

    /// The release that a killed process was writing or removing has the name of the next one if both start in one second.
    @Test(arguments: [true, false]) func `removes what a killed process left`(hasSameName: Bool) throws {
        let stage = try ReleaseStage()
        _ = try stage.deployAndTidy()
        let old = try #require(stage.folders.first)
        let commit = try stage.blog.push(["index.html": "two\n"])
        _ = try stage.deployAndTidy()
        let killed = try #require(hasSameName ? stage.strategy.liveRelease : old)
        try stage.shell(
            """
            mv releases/\(killed) releases/.unfinished-\(killed); touch repository.git/bellpull-releases/\(killed).lock
            ln -sfn releases/gone current; touch releases/.x.json.1234.new
            """)
        #expect(try stage.deployAndTidy().result == .deployed(commit))
        #expect(stage.live("index.html") == "two\n")
        let names = stage.folders
        #expect(!names.isEmpty && names.allSatisfy { !$0.hasPrefix(".") })
        #expect(try companions(stage) == [names, names, names])
    }

    /// The next push of a site ends the git of the tidying.
    @Test func `removes an old release together with its reference, or not at all`() throws {
        let stage = try ReleaseStage(keep: 2)
        let first = try stage.blog.head(of: stage.blog.author)
        _ = try stage.deployAndTidy()
        let name = try #require(stage.strategy.liveRelease)
        let locked = try stage.strategy.lock(stage.limits)
        for number in 2...4 {
            try stage.blog.push(["index.html": "\(number)\n"])
            _ = locked.deploy(.follow, announced: [], stage.limits, Transcript())
        }
        try stage.shell("touch repository.git/refs/bellpull/releases/\(name).lock")
        locked.tidy(stage.limits)
        locked.release()
        #expect(stage.strategy.releases.last?.commit == first)
        let names = stage.folders
        #expect(try companions(stage) == [names, names, names])
        try stage.blog.push(["index.html": "5\n"])
        _ = try stage.deployAndTidy()
        #expect(stage.strategy.releases.count == 2)
        let left = stage.folders
        #expect(try companions(stage) == [left, left, left])
    }

    @Test func `keeps no more than twice as many releases if pushes never stop`() throws {
        let stage = try ReleaseStage(keep: 2)
        let cancelled = Cancellation()
        cancelled.cancel()
        for number in 1...6 {
            try stage.blog.push(["index.html": "\(number)\n"])
            let locked = try stage.strategy.lock(stage.limits)
            _ = locked.deploy(.follow, announced: [], stage.limits, Transcript())
            locked.tidy(.within(.seconds(20), cancellation: cancelled))
            locked.release()
            #expect(stage.strategy.releases.count == min(number, 4))
        }
        #expect(stage.live("index.html") == "6\n")
    }

    @Test func `removes the new file of a pin that was never set, unless it may be in use`() throws {
        let stage = try ReleaseStage()
        _ = stage.deploy()
        try stage.shell("touch -d '2 minutes ago' pinned.old.new; touch pinned.young.new")
        _ = stage.deploy()
        #expect(stage.names.filter { $0.hasPrefix("pinned") } == ["pinned.young.new"])
    }

    @Test(arguments: ["echo mine >current/upload.jpg", "echo changed >current/index.html"])
    func `keeps an old release with files of a person`(_ script: String) throws {
        let stage = try ReleaseStage(keep: 2)
        _ = try stage.deployAndTidy()
        let first = try #require(stage.strategy.liveRelease)
        // A person's editor replaces the file.
        try stage.shell(
            script.replacing("echo changed >current/index.html", with: "echo changed >x && mv x current/index.html"))
        for number in 2...5 {
            try stage.blog.push(["index.html": "\(number)\n"])
            _ = try stage.deployAndTidy()
        }
        #expect(stage.strategy.releases.count == 3)
        #expect(stage.strategy.releases.last?.name == first)
        #expect(stage.live("upload.jpg") == nil && stage.live("index.html") == "5\n")
    }

    /// Releases share their files, so a program that runs as Bellpull's user must not write into one by mistake.
    @Test func `has read-only files, and keeps shared ones writable`() throws {
        let stage = try ReleaseStage(shared: ["uploads"])
        _ = try Shell.run(
            "cd \(stage.blog.author) && mkdir uploads && touch uploads/f && echo x >run && chmod +x run && ln -s run link"
        )
        try stage.blog.push([:])
        _ = stage.deploy()
        try stage.blog.push(["index.html": "two\n"])
        _ = stage.deploy()
        #expect(try stage.shell("stat -c %a current/index.html current/run previous/index.html") == "444\n555\n444\n")
        #expect(try stage.shell("stat -c %a shared/uploads/f current/") == "644\n755\n")
    }

    @Test func `lays a changed live release out anew if a person asks`() throws {
        let stage = try ReleaseStage()
        let commit = try stage.blog.push(["other.html": "theirs\n"])
        _ = stage.deploy()
        #expect(stage.deploy() == .unchanged(commit))
        try stage.shell("sleep 1.1; chmod u+w current/other.html; echo defaced >current/other.html")
        let (result, note) = try stage.deployAndTidy()
        #expect(result == .deployed(commit))
        #expect(note == "the live release was changed by somebody: other.html")
        #expect(stage.live("other.html") == "theirs\n")
        #expect(stage.folders.count == 2)
        #expect(stage.deploy() == .unchanged(commit))
    }

    @Test(arguments: [true, false]) func `removes an old release without an index`(isChanged: Bool) throws {
        let stage = try ReleaseStage(keep: 2)
        _ = stage.deploy()
        if isChanged { try stage.shell("rm current/index.html; echo mine >current/index.html") }
        try stage.shell("rm repository.git/bellpull-releases/*")
        for number in 2...4 {
            try stage.blog.push(["index.html": "\(number)\n"])
            _ = try stage.deployAndTidy()
        }
        #expect(stage.strategy.releases.count == (isChanged ? 3 : 2))
    }

    @Test func `does not pass on a file that was changed in place`() throws {
        let stage = try ReleaseStage()
        try stage.blog.push(["other.html": "theirs\n"])
        _ = stage.deploy()
        try stage.shell(
            "sleep 1.1; chmod u+w current/other.html; echo defaced >current/other.html; ln -s /etc/passwd current/added"
        )
        let commit = try stage.blog.push(["index.html": "two\n"])
        #expect(stage.deploy() == .deployed(commit))
        #expect(stage.live("other.html") == "theirs\n")
        #expect(try stage.shell("ls current") == "index.html\nother.html\n")
    }
}

extension [String: String] {
    /// Creates the folders of the paths in `root`.
    fileprivate func mapKeys(in root: String) throws -> [String: String] {
        for path in keys {
            let folder = ("\(root)/\(path)" as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        return self
    }
}

@Suite struct `the name of a release` {
    @Test func `has the time and the commit`() throws {
        let commit = try #require(Commit(String(repeating: "1a2b", count: 10)))
        let time = Date(timeIntervalSince1970: 1_796_008_320)
        let name = Release.name(of: commit, at: time)
        #expect(name == "20261130T031200Z-1a2b1a2")
        #expect(Release.time(in: name) == time)
        for other in ["", "x", "20261130", "20261130T0312", "backup-1"] { #expect(Release.time(in: other) == nil) }
    }
}
