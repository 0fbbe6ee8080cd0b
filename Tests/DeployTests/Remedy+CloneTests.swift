@testable import Git
import Foundation
import Processes
import TestSupport
import Testing

@testable import Deploy
@testable import Text

/// Remedies for the clone, run as they are written.
@Suite(.onPlainThreads, .enabled(if: geteuid() == 0, "only root may use runuser"))
struct `a pasted remedy leads out of` {
    @Test(arguments: RemedyStage.users) func `local changes`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let pull = try PullStrategy(clone: stage.blog.open())
        try stage.blog.write("mine\n", to: "site/index.html")
        try stage.blog.write("mine\n", to: "site/staged.html")
        try stage.blog.git("add", "staged.html", in: stage.blog.site)
        try stage.leadsOut(pull, of: "the clone has local changes: error: cannot pull with rebase")
        #expect(try stage.blog.git("stash", "list", in: stage.blog.site).contains("stash@{0}"))
    }

    @Test(arguments: RemedyStage.users) func `local changes in a mirror`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let mirror = MirrorStrategy(path: stage.blog.site, pattern: try #require(RefPattern(branch: "main")))
        try stage.blog.write("mine\n", to: "site/index.html")
        try stage.leadsOut(mirror, of: "\(stage.blog.site) has local changes")
    }

    @Test(arguments: RemedyStage.users) func `untracked files in the way`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        let pull = try PullStrategy(clone: blog.open())
        try FileManager.default.createDirectory(atPath: "\(blog.site)/a b", withIntermediateDirectories: false)
        try FileManager.default.createDirectory(atPath: "\(blog.author)/a b", withIntermediateDirectories: false)
        let names = ["it's new.html", "a b/new.html", "new.html", "-x"]
        for name in names { try blog.write("mine\n", to: "site/\(name)") }
        try blog.push(Dictionary(uniqueKeysWithValues: names.map { ($0, "theirs\n") }))
        try stage.leadsOut(pull, of: "untracked files are in the way: ")
        for name in names { #expect(try blog.text("site/\(name)") == "theirs\n") }
        let saved = try FileManager.default.contentsOfDirectory(atPath: "\(blog.site).saved")
        #expect(Set(saved) == ["it's new.html", "new.html", "new.html.~1~", "-x"])
    }

    @Test(arguments: RemedyStage.users) func `a conflict, by resolving it`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        let pull = try PullStrategy(clone: blog.open())
        try blog.commit(["index.html": "ours\n"], in: blog.site)
        try blog.push(["index.html": "theirs\n"])
        let failure = try stage.failure(of: pull)
        #expect(failure.message.hasPrefix("local commits in \(blog.site) conflict with main"))
        try stage.paste(try #require(failure.hint), expecting: 1)
        try blog.write("both\n", to: "site/index.html")
        try blog.git("add", "index.html", in: blog.site)
        try blog.git("rebase", "--continue", in: blog.site, environment: ["GIT_EDITOR": "true"])
        try stage.expectRecovery(of: pull)
        #expect(try blog.text("site/index.html") == "both\n")
    }

    @Test(arguments: RemedyStage.users) func `a conflict, by dropping the local commits`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        let pull = try PullStrategy(clone: blog.open())
        try blog.commit(["index.html": "ours\n"], in: blog.site)
        try blog.push(["index.html": "theirs\n"])
        let hint = try #require(try stage.failure(of: pull).hint)
        try stage.paste(String(try #require(hint.components(separatedBy: "drop the local commits: ").last)))
        try stage.expectRecovery(of: pull)
        #expect(try blog.text("site/index.html") == "theirs\n")
    }

    @Test(arguments: RemedyStage.users) func `a rebase stopped for a person`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let pull = try PullStrategy(clone: stage.blog.open())
        _ = try stage.blog.stateBeforeConflict(killed: false)
        let failure = try stage.failure(of: pull)
        #expect(failure.message.hasPrefix("a rebase is going on in"))
        try stage.paste(failure)
        let conflict = try stage.failure(of: pull)
        #expect(conflict.message.hasPrefix("local commits in"))
    }

    @Test(arguments: RemedyStage.users) func `a branch rewritten below local commits`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        let pull = try PullStrategy(clone: blog.open())
        let removed = try blog.push(["removed.html": "x\n"])
        #expect(pull.deploy([removed], stage.limits) == .deployed(removed))
        let local = try blog.commit(["local.html": "mine\n"], in: blog.site)
        try blog.replaceLastPush(with: ["index.html": "two\n"])
        try blog.git("fetch", "--quiet", in: blog.site)
        try FileManager.default.removeItem(atPath: "\(blog.site)/.git/logs")
        try stage.leadsOut(pull, of: "main was rewritten, and commits removed there would come back")
        #expect(try blog.git("rev-parse", "kept-\(local.short)", in: blog.site) == local.description)
    }

    @Test(arguments: RemedyStage.users) func `commits on no branch`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        let mirror = MirrorStrategy(path: blog.site, pattern: try #require(RefPattern(branch: "main")))
        try blog.git("checkout", "--quiet", "--detach", in: blog.site)
        let local = try blog.commit(["local.html": "mine\n"], in: blog.site)
        try blog.push(["index.html": "two\n"])
        try stage.leadsOut(mirror, of: "\(blog.site) has commits that are on no branch")
        #expect(try blog.git("rev-parse", "kept-\(local.short)", in: blog.site) == local.description)
    }

    @Test(arguments: RemedyStage.users) func `another branch, and a detached HEAD`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let pull = try PullStrategy(clone: stage.blog.open())
        try stage.blog.git("checkout", "--quiet", "--detach", in: stage.blog.site)
        try stage.leadsOut(pull, of: "\(stage.blog.site) is not on branch main")
        try stage.blog.git("checkout", "--quiet", "--detach", in: stage.blog.site)
        try stage.leadsOut(PullStrategy(path: stage.blog.site), of: "\(stage.blog.site) is not on a branch")
    }

    @Test(arguments: RemedyStage.users) func `a branch that is not the configured one`(user: String) throws {
        let stage = try RemedyStage(for: user)
        try stage.blog.git("switch", "--quiet", "-c", "live", in: stage.blog.author)
        try stage.blog.push(["live.html": "x\n"])
        let pull = PullStrategy(path: stage.blog.site, follows: RefPattern(branch: "live"))
        try stage.leadsOut(pull, of: "\(stage.blog.site) follows main, but the site is configured to follow live")
    }

    @Test(arguments: RemedyStage.users) func `a branch without an upstream`(user: String) throws {
        let stage = try RemedyStage(for: user)
        try stage.blog.git("branch", "--unset-upstream", in: stage.blog.site)
        try stage.leadsOut(
            PullStrategy(path: stage.blog.site), of: "the branch main of \(stage.blog.site) has no upstream")
    }

    @Test(arguments: RemedyStage.users) func `an empty clone without an upstream`(user: String) throws {
        let stage = try RemedyStage(for: user)
        try FileManager.default.removeItem(atPath: stage.blog.site)
        try stage.blog.git("init", "--quiet", "site", in: stage.blog.folder)
        try stage.blog.git("remote", "add", "origin", stage.blog.remote, in: stage.blog.site)
        try stage.leadsOut(
            PullStrategy(path: stage.blog.site), of: "the branch main of \(stage.blog.site) has no upstream")
    }

    @Test(arguments: RemedyStage.users, [nil, "a file", "a folder"])
    func `a missing clone`(user: String, instead: String?) throws {
        let stage = try RemedyStage(for: user)
        let site = stage.blog.site
        try FileManager.default.removeItem(atPath: site)
        if instead == "a file" { try stage.blog.write("x", to: "site") }
        if instead == "a folder" {
            try FileManager.default.createDirectory(atPath: site, withIntermediateDirectories: false)
        }
        let pull = PullStrategy(path: site)
        let hint = try #require(try stage.failure(of: pull).hint)
        try stage.paste(hint.replacing(" URL ", with: " \(stage.blog.remote) "))
        try stage.expectRecovery(of: pull)
    }

    @Test(arguments: RemedyStage.users) func `a bare clone`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let failure = try stage.failure(of: PullStrategy(path: stage.blog.remote))
        #expect(failure.message.contains("is a bare repository"))
        try stage.paste(failure)
        let site = String(stage.blog.remote.dropLast(4))
        #expect(failure.hint?.hasSuffix("then set the path of the site to \(site)") == true)
        let commit = try stage.blog.push(["new.html": "x\n"])
        #expect(PullStrategy(path: site).deploy([], stage.limits) == .deployed(commit))
    }

    @Test(arguments: RemedyStage.users) func `a missing name for commits`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        let pull = try PullStrategy(clone: blog.open())
        try blog.commit(["local.html": "x\n"], in: blog.site)
        for name in ["user.email", "user.name"] { try blog.git("config", "--unset", name, in: blog.site) }
        try blog.git("config", "user.useConfigOnly", "true", in: blog.site)
        try blog.push(["index.html": "two\n"])
        try stage.leadsOut(pull, of: "git needs a name to rebase local commits: ")
        #expect(try blog.git("config", "user.name", in: blog.site) == user)
    }

    @Test(arguments: RemedyStage.users) func `a damaged index`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let pull = try PullStrategy(clone: stage.blog.open())
        try stage.blog.write("damaged", to: "site/.git/index")
        try stage.leadsOut(pull, of: "the index of the clone is damaged: ")
    }

    @Test(arguments: RemedyStage.users) func `a damaged repository`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        try blog.git("switch", "--quiet", "-c", "live", in: blog.author)
        try blog.push(["live.html": "x\n"])
        try blog.git("fetch", "--quiet", in: blog.site)
        try blog.git("switch", "--quiet", "live", in: blog.site)
        let pull = try PullStrategy(clone: blog.open())
        try blog.write("keep me\n", to: "site/upload.jpg")
        // The remote may share the files by hard links.
        let damage = "find '\(blog.site)/.git/objects' -type f | while read f; do rm -f $f; echo x > $f; done"
        #expect(try Shell.run(damage).isSuccess)
        try blog.push(["new.html": "two\n"])
        let failure = try stage.failure(of: pull)
        #expect(failure.message.hasPrefix("the repository is damaged: "), "\(failure.message)")
        try stage.paste(failure)
        try stage.expectRecovery(of: PullStrategy(path: blog.site))
        #expect(try blog.git("branch", "--show-current", in: blog.site) == "live")
        #expect(try blog.text("site.old/upload.jpg") == "keep me\n")
    }

    @Test func `a lock of another user`() throws {
        let stage = try RemedyStage(for: "root")
        let pull = try PullStrategy(clone: stage.blog.open())
        let lock = "\(stage.blog.site)/.git/index.lock"
        try stage.blog.write("", to: lock)
        #expect(chown(lock, 65534, 65534) == 0)
        try stage.blog.push(["index.html": "two\n"])
        let failure = try stage.failure(of: pull)
        #expect(failure.message.hasPrefix("another git is running in the clone: "), "\(failure.message)")
        // Other tests run git, and then the lock stays.
        #expect(
            try Observation.eventually(within: .seconds(60)) {
                try stage.run(try #require(failure.hint))
                return access(lock, F_OK) != 0
            })
        try stage.expectRecovery(of: pull)
    }

    @Test func `files of another user`() throws {
        let stage = try RemedyStage(for: "nobody")
        let blog = stage.blog
        let failures = ServiceUser.$assumed.withValue(ServiceUser(name: "nobody")) {
            [Failure.unwritable("\(blog.site)/.git/objects", in: blog.site)]
                + [
                    Failure(
                        GitError(
                            arguments: [], termination: .exited(1),
                            message: "error: unable to unlink old 'index.html': Permission denied"), in: blog.site)
                ]
        }
        for failure in failures {
            let hint = try #require(failure.hint)
            try stage.paste(
                "chown -R root: \(blog.site) && \(hint)\nrunuser -u nobody -- touch \(blog.site)/index.html")
        }
    }
}
