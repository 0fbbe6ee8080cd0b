import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `the folder of a site with releases` {
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

    /// Each link goes through the one before it many times, so the names to look at multiply.
    @Test func `refuses links that lead through one another too often`() throws {
        let stage = try ReleaseStage()
        let ways = String(repeating: "d/../", count: 700)
        _ = try Shell.run(
            """
            cd \(stage.blog.author) && mkdir d && touch d/f
            for number in $(seq 400); do ln -s "\(ways)$(seq -s/../ -f'l%g' 1 30)/d" "l$number"; done
            """)
        try stage.blog.push([:])
        let start = ContinuousClock.now
        let failure = try #require(stage.deploy().failure)
        #expect(failure.message.contains("leads through too many links"))
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test func `shares a folder of another place`() throws {
        let stage = try ReleaseStage(shared: ["uploads"])
        _ = try Shell.run("cd \(stage.blog.folder) && mkdir www elsewhere && ln -s ../elsewhere www/shared")
        _ = try Shell.run("cd \(stage.blog.author) && mkdir uploads && echo f >uploads/f")
        let commit = try stage.blog.push([:])
        #expect(stage.deploy() == .deployed(commit))
        #expect(stage.live("uploads/f") == "f\n")
        #expect(try stage.shell("cat ../elsewhere/uploads/f") == "f\n")
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
            ("mkdir www there; ln -s ../there www/releases", "/releases is a symbolic link"),
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
