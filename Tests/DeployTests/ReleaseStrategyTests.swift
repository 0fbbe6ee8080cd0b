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
                == "700\n700\n755\n755\n644\n")
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
        #expect(try stage.shell("readlink current/link; stat -c %a current/run") == "g\n755\n")
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

    @Test func `is asked for missed pushes`() throws {
        let stage = try ReleaseStage()
        #expect(throws: Never.self) { try stage.strategy.lock(stage.limits).release() }
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

    @Test func `does not pass on a file that was changed in place`() throws {
        let stage = try ReleaseStage()
        try stage.blog.push(["other.html": "theirs\n"])
        _ = stage.deploy()
        try stage.shell("sleep 1.1; echo defaced >current/other.html; ln -s /etc/passwd current/added")
        let commit = try stage.blog.push(["index.html": "two\n"])
        #expect(stage.deploy() == .deployed(commit))
        #expect(stage.live("other.html") == "theirs\n")
        #expect(try stage.shell("ls current") == "index.html\nother.html\n")
    }

    // MARK: Shared paths

    @Test func `shares paths, and moves what the first release brings`() throws {
        let stage = try ReleaseStage(shared: ["uploads", "config/.env", "missing"])
        _ = try Shell.run(
            "cd \(stage.blog.author) && mkdir uploads config && echo a >uploads/a && echo b >config/.env && echo c >config/c"
        )
        try stage.blog.push([:])
        let (result, note) = try stage.deployAndTidy()
        #expect(result.failure == nil)
        #expect(
            note == "\(stage.path)/shared/missing is missing: create the file or the folder, and releases will use it")
        #expect(try stage.shell("cat current/uploads/a current/config/.env current/config/c") == "a\nb\nc\n")
        #expect(
            try stage.shell("readlink current/uploads current/config/.env current/missing")
                == "../../shared/uploads\n../../../shared/config/.env\n../../shared/missing\n")
        try stage.shell("echo upload >current/uploads/b; echo secret >shared/config/.env; mkdir shared/missing")
        let commit = try stage.blog.push(["uploads/a": "changed in the repository\n", "index.html": "two\n"])
        let second = try stage.deployAndTidy()
        #expect(second.result == .deployed(commit) && second.note == nil)
        #expect(try stage.shell("cat current/uploads/a current/uploads/b current/config/.env") == "a\nupload\nsecret\n")
        #expect(try stage.shell("cat releases/*/uploads/b") == "upload\nupload\n")
    }

    @Test func `removes no file of a person at a path that became shared later`() throws {
        let stage = try ReleaseStage()
        _ = try stage.deployAndTidy()
        try stage.shell("mkdir current/uploads; echo photo >current/uploads/photo.jpg")
        let sharing = stage.other(shared: ["uploads"], keep: 2)
        for number in 1...5 {
            try stage.blog.push(["index.html": "\(number)\n"])
            let locked = try sharing.lock(stage.limits)
            _ = locked.deploy(.follow, announced: [], stage.limits, Transcript())
            locked.tidy(stage.limits)
            locked.release()
        }
        #expect(try stage.shell("cat releases/*/uploads/photo.jpg 2>/dev/null || true") == "photo\n")
    }

    @Test(arguments: ["../repository.git", "/etc/passwd"])
    func `never moves a tracked link to the shared files`(_ target: String) throws {
        let stage = try ReleaseStage(shared: ["uploads"])
        _ = try Shell.run("ln -s '\(target)' \(stage.blog.author)/uploads")
        try stage.blog.push([:])
        #expect(
            stage.deploy().failure?.message == "the repository has a symbolic link at the shared path uploads")
        try stage.shell("mkdir shared/uploads")
        #expect(stage.deploy().commit != nil)
        #expect(try stage.shell("readlink current/uploads") == "../../shared/uploads\n")
    }

    @Test func `refuses a shared path below a link`() throws {
        let stage = try ReleaseStage(shared: ["data/uploads"])
        _ = try Shell.run("ln -s . \(stage.blog.author)/data")
        try stage.blog.push([:])
        #expect(
            stage.deploy().failure?.message == "the shared path data/uploads is below a symbolic link of the repository"
        )
    }

    // MARK: Links

    @Test(arguments: [
        "/etc/passwd", "../x", "../../shared/.env", "a/../../..", "d/../../..", "uploads/../../x",
    ])
    func `refuses a tracked link that leads out of the release`(_ target: String) throws {
        let stage = try ReleaseStage(shared: ["uploads"])
        let first = try stage.blog.head(of: stage.blog.author)
        _ = stage.deploy()
        // d is a link to the root: a text comparison would take d/.. for the root.
        _ = try Shell.run(
            "cd \(stage.blog.author) && mkdir -p a/b/c uploads && touch a/b/c/f uploads/f && ln -s ../../.. a/b/c/d && ln -s a/b/c/d d && ln -s '\(target)' evil"
        )
        try stage.blog.push([:])
        let failure = try #require(stage.deploy().failure)
        #expect(failure.message == "the symbolic link evil leads out of the release: \(target)")
        #expect(stage.strategy.liveCommit == first)
        #expect(stage.folders.count == 1)
        try stage.blog.git("rm", "--quiet", "evil", in: stage.blog.author)
        let good = try stage.blog.push([:])
        #expect(stage.deploy() == .deployed(good))
    }

    @Test(arguments: ["index.html", "a/../index.html", "nowhere", "a/b/../c/./x", "loop", "uploads/f"])
    func `allows a tracked link that stays inside`(_ target: String) throws {
        let stage = try ReleaseStage(shared: ["uploads"])
        _ = try Shell.run(
            "cd \(stage.blog.author) && mkdir -p a/b uploads && touch a/b/f uploads/f && ln -s '\(target)' link && ln -s loop loop"
        )
        let commit = try stage.blog.push([:])
        #expect(stage.deploy() == .deployed(commit))
    }

    @Test func `refuses a link in a shared folder before the folder is moved`() throws {
        let stage = try ReleaseStage(shared: ["uploads"])
        _ = try Shell.run("cd \(stage.blog.author) && mkdir uploads && ln -s /etc/passwd uploads/p")
        try stage.blog.push([:])
        #expect(stage.deploy().failure?.message == "the symbolic link uploads/p leads out of the release: /etc/passwd")
        #expect(try stage.shell("ls -A shared") == "")
    }

    // MARK: What is in the way

    @Test func `explains a path that cannot hold releases`() throws {
        for (script, message) in [
            ("mkdir -p www/current", "/current is not a symbolic link"),
            ("touch www", " is not a folder"),
            ("mkdir www; touch www/releases", "/releases is not a folder"),
            ("mkdir www; ln -s nowhere www/shared", "/shared is not a folder"),
        ] {
            let stage = try ReleaseStage()
            _ = try Shell.run("cd \(stage.blog.folder) && \(script)")
            let failure = #expect(throws: Failure.self) { try stage.strategy.lock(stage.limits) }
            #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
            #expect(stage.strategy.precheck() == failure)
        }
    }

    @Test func `replaces a dangling link, and a live release that was deleted by hand`() throws {
        let stage = try ReleaseStage()
        try FileManager.default.createDirectory(atPath: stage.path, withIntermediateDirectories: false)
        try stage.shell("ln -s releases/gone current")
        let commit = try stage.blog.head(of: stage.blog.author)
        #expect(stage.deploy() == .deployed(commit))
        try stage.shell("rm -r releases/*")
        #expect(stage.strategy.releases.isEmpty && stage.strategy.knownCommit == nil)
        #expect(
            try stage.strategy.inspect(stage.limits).obstacles.first?.message.contains("which is not there") == true)
        #expect(stage.deploy(stage.other()) == .deployed(commit))
        #expect(stage.live("index.html") == "one\n")
    }

    @Test func `follows a remote that the configuration changes`() throws {
        let stage = try ReleaseStage()
        _ = stage.deploy()
        try stage.blog.git(
            "clone", "--quiet", "--bare", stage.blog.remote, "\(stage.blog.folder)/moved.git", in: stage.blog.folder)
        let moved = ReleaseStrategy(
            path: stage.path, pattern: stage.strategy.pattern,
            options: ReleaseOptions(remote: "\(stage.blog.folder)/moved.git", shared: [], keep: 5))
        let commit = try stage.blog.commit(["index.html": "moved\n"], in: stage.blog.author)
        try stage.blog.git("push", "--quiet", "\(stage.blog.folder)/moved.git", "HEAD", in: stage.blog.author)
        #expect(stage.deploy(moved) == .deployed(commit))
    }

    @Test(arguments: ["rm repository.git/HEAD", "rm -r repository.git/objects/*", ": >repository.git/config"])
    func `clones a damaged repository anew`(_ damage: String) throws {
        let stage = try ReleaseStage()
        _ = stage.deploy()
        try stage.shell(damage)
        let commit = try stage.blog.push(["index.html": "two\n"])
        for strategy in [stage.other(), stage.strategy] {
            let result = strategy.deploy([], stage.limits)
            #expect(result == .deployed(commit) || result == .unchanged(commit), "\(result)")
        }
        #expect(stage.live("index.html") == "two\n")
        let next = try stage.blog.push(["index.html": "three\n"])
        #expect(stage.deploy() == .deployed(next))
    }

    /// Git's message has the name of the file.
    @Test func `keeps its repository if a committed name reads like damage`() throws {
        let stage = try ReleaseStage()
        _ = stage.deploy()
        let name = "bad object " + String(repeating: "a", count: 290)
        _ = try Shell.run(
            "cd \(stage.blog.author) && b=$(git hash-object -w index.html) && t=$(printf '100644 blob %s\\t%s\\n' $b '\(name)' "
                + "| git mktree) && c=$(git -c user.name=A -c user.email=a@b commit-tree -p HEAD -m x $t) "
                + "&& git push -q origin $c:refs/heads/main")
        #expect(stage.deploy().failure != nil)
        #expect(!stage.names.contains("repository.git.damaged"))
    }

    // MARK: Conversion

    @Test(arguments: [true, false]) func `takes over the clone at its path`(hasRemote: Bool) throws {
        let stage = try ReleaseStage(hasRemote: hasRemote, at: "site")
        try stage.blog.git("config", "http.extraHeader", "X: 1", in: stage.blog.site)
        let before = try stage.blog.state()
        let commit = try stage.blog.push(["index.html": "two\n"])
        #expect(stage.strategy.deploy([], stage.limits) == .deployed(commit))
        let site = stage.blog.site
        #expect(try stage.blog.text("\(site)/index.html") == "one\n", "the old files stay")
        #expect(try stage.blog.text("\(site)/current/index.html") == "two\n")
        #expect(try stage.blog.git("config", "http.extraHeader", in: "\(site)/repository.git") == "X: 1")
        #expect(try stage.blog.git("config", "remote.origin.url", in: "\(site)/repository.git") == stage.blog.remote)
        let after = try stage.blog.state()
        #expect(after[0...1] == before[0...1])
    }

    @Test func `refuses to take over a clone with files of the same names`() throws {
        let stage = try ReleaseStage(at: "site")
        try stage.blog.write("mine", to: "site/current")
        let failure = #expect(throws: Failure.self) { try stage.strategy.lock(stage.limits) }
        #expect(failure?.message.contains("current is not a symbolic link") == true)
        #expect(try stage.blog.text("site/current") == "mine")
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
