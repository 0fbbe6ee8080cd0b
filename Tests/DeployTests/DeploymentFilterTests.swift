import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `the filter of a deployment` {
    typealias Kind = FilteredSite.Kind

    private let limits = Limits.within(.seconds(60))

    private func skipped(
        _ paths: String, from old: Commit, to new: DeploymentRecord.Target
    ) -> DeploymentResult {
        .skipped("nothing changed in \(paths) between \(old.short) and \(new.commit.short)")
    }

    // MARK: Deciding

    @Test(arguments: Kind.allCases)
    func `skips a push outside the paths, and the next push brings its changes along`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(paths: ["site/**"])
        let (first, before) = (try site.live, try site.blog.state())
        let outside = try site.push(["docs/index.html": "two\n"])
        for _ in 0..<2 {
            #expect(
                strategy.deploy(targets: [outside], limits).result == skipped("site/**", from: first, to: outside))
            #expect(try site.blog.state() == before)
        }
        let inside = try site.push(["site/index.html": "two\n"])
        #expect(strategy.deploy(targets: [inside], limits).result == .deployed(inside.commit))
        #expect(try site.text("docs/index.html") == "two\n" && site.text("site/index.html") == "two\n")
        #expect(strategy.deploy(targets: [inside], limits).result == .unchanged(inside.commit))
    }

    @Test(arguments: Kind.allCases)
    func `skips a commit by its message, but not by the message of an earlier commit`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(skip: "[skip deploy]")
        let first = try site.live
        let unwanted = try site.push(["site/index.html": "two\n"], "Write\n\nNot yet. [skip deploy]")
        let reason = "the message of \(unwanted.commit.short) contains [skip deploy]"
        #expect(strategy.deploy(targets: [unwanted], limits).result == .skipped(reason))
        #expect(try site.live == first)
        let wanted = try site.push(["docs/index.html": "two\n"], "Write [SKIP DEPLOY] [skip  deploy]")
        #expect(strategy.deploy(targets: [wanted], limits).result == .deployed(wanted.commit))
        #expect(try site.text("site/index.html") == "two\n")
    }

    @Test(arguments: Kind.allCases) func `does not hold if a person asks`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(paths: ["site/**"], skip: "[skip]")
        let push = try site.push(["docs/index.html": "two\n"], "Write [skip]")
        #expect(strategy.deploy(targets: [push], limits).result.commit == nil)
        #expect(strategy.deploy(targets: [], limits).result == .deployed(push.commit))
        #expect(strategy.deploy(targets: [push], limits).result == .unchanged(push.commit))
        #expect(try !site.text(".git/bellpull.lock").contains("skipped"))
    }

    @Test(arguments: Kind.allCases) func `does not hold for an ordered commit`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(paths: ["site/**"])
        let first = try site.live
        let push = try site.push(["docs/index.html": "two\n"])
        #expect(strategy.deploy(targets: [], limits).result == .deployed(push.commit))
        try strategy.setPin(Pin(at: first, by: "alice", reason: nil), limits)
        let announced = [DeploymentRecord.Target(ref: push.ref, commit: first)]
        #expect(strategy.deploy(targets: announced, limits, .place(at: first)).result == .deployed(first))
    }

    @Test(arguments: Kind.ofOneBranch) func `sees what a merge brings`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(paths: ["site/**"])
        let author = site.blog.author
        for (file, isWanted) in [("docs/index.html", false), ("site/index.html", true)] {
            let live = try site.live
            try site.blog.git("switch", "--quiet", "--create", "side", in: author)
            _ = try site.commit([file: "side\n"])
            try site.blog.git("switch", "--quiet", "-", in: author)
            _ = try site.commit(["docs/\(isWanted).html": "main\n"])
            try site.blog.git("merge", "--quiet", "--no-edit", "side", in: author)
            try site.blog.git("branch", "--delete", "side", in: author)
            let push = try site.push()
            let result = strategy.deploy(targets: [push], limits).result
            #expect(result == (isWanted ? .deployed(push.commit) : skipped("site/**", from: live, to: push)))
        }
    }

    @Test(arguments: Kind.allCases) func `sees what is different, and not what was done`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(paths: ["site/**"], skip: "[skip]")
        let first = try site.live
        #expect(
            try strategy.deploy(targets: [site.push(["site/index.html": "two\n"], "[skip]")], limits).result.commit
                == nil)
        let reverted = try site.push(["site/index.html": "one\n"])
        #expect(
            strategy.deploy(targets: [reverted], limits).result == skipped("site/**", from: first, to: reverted))
        let renamed = try site.push(["site/index.html": nil, "docs/renamed.html": "one\n"])
        #expect(strategy.deploy(targets: [renamed], limits).result == .deployed(renamed.commit))
        let back = try site.push(["docs/renamed.html": nil, "site/back.html": "one\n"])
        #expect(strategy.deploy(targets: [back], limits).result == .deployed(back.commit))
    }

    @Test(arguments: Kind.ofOneBranch) func `compares with the live commit after a rewrite`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(paths: ["site/**"])
        let second = try site.push(["site/index.html": "two\n"])
        #expect(strategy.deploy(targets: [second], limits).result == .deployed(second.commit))
        try site.blog.git("reset", "--quiet", "--hard", "HEAD~", in: site.blog.author)
        _ = try site.commit(["site/index.html": "two\n", "docs/index.html": "rewritten\n"])
        let same = try site.push("--force")
        #expect(
            strategy.deploy(targets: [same], limits).result == skipped("site/**", from: second.commit, to: same))
        try site.blog.git("reset", "--quiet", "--hard", "HEAD~", in: site.blog.author)
        _ = try site.commit(["docs/index.html": "again\n"])
        let other = try site.push("--force")
        #expect(strategy.deploy(targets: [other], limits).result == .deployed(other.commit))
        #expect(try site.text("site/index.html") == "one\n")
    }

    @Test func `does not take local commits for changes of the remote`() throws {
        let site = try FilteredSite(.pull)
        let strategy = site.strategy(paths: ["site/**"])
        let first = try site.live
        let local = try site.blog.commit(["site/local.html": "mine\n"], in: site.blog.site)
        let outside = try site.push(["docs/index.html": "two\n"])
        #expect(strategy.deploy(targets: [outside], limits).result == skipped("site/**", from: first, to: outside))
        #expect(try site.live == local)
        #expect(try strategy.missedPush(limits) == nil)
        let inside = try site.push(["site/index.html": "two\n"])
        #expect(strategy.deploy(targets: [inside], limits).result.commit != nil)
        #expect(try site.text("site/local.html") == "mine\n" && site.text("site/index.html") == "two\n")
        // Nothing new: the usual deployment tells.
        #expect(try strategy.deploy(targets: [inside], limits).result == .unchanged(site.live))
        // With a rewrite, nobody can tell local commits from removed ones.
        try site.blog.git("reset", "--quiet", "--hard", "HEAD~", in: site.blog.author)
        _ = try site.commit(["docs/index.html": "other\n", "site/index.html": "two\n"])
        let rewritten = try site.push("--force")
        if case .skipped = strategy.deploy(targets: [rewritten], limits).result {
            Issue.record("skipped in doubt")
        }
    }

    @Test(arguments: [Kind.pull, .mirror]) func `does not hold for the first deployment`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        try FileManager.default.removeItem(atPath: site.blog.site)
        try site.blog.git("init", "--quiet", "--initial-branch=main", site.blog.site, in: site.blog.folder)
        try site.blog.git("remote", "add", "origin", site.blog.remote, in: site.blog.site)
        for (key, value) in [("remote", "origin"), ("merge", "refs/heads/main")] {
            try site.blog.git("config", "branch.main.\(key)", value, in: site.blog.site)
        }
        let push = try site.push(["docs/index.html": "two\n"], "[skip]")
        let strategy = site.strategy(paths: ["site/**"], skip: "[skip]")
        #expect(strategy.deploy(targets: [push], limits).result == .deployed(push.commit))
    }

    @Test(arguments: [
        ("über uns/**", "über uns/x.html"), ("-x", "-x"), ("!x", "!x"), ("a[1]", "a1"), ("site/**", "site/a\nb"),
        ("site/*", "site/\"x\""), ("*.md", "x.md"), ("(x)/**", "(x)/y"), ("**/deep.html", "a/b/deep.html"),
        ("\\**", "*x"), ("a", "a/b/c"), ("a/", "a/b"), ("^x", "^x"),
    ])
    func `takes patterns as git does`(_ pattern: String, file: String) throws {
        let site = try FilteredSite(.pull)
        let strategy = site.strategy(paths: ["other/**", pattern])
        let outside = try site.push(["docs/x1.md": "two\n"])
        #expect(strategy.deploy(targets: [outside], limits).result.remark != nil)
        let inside = try site.push([file: "two\n"])
        #expect(strategy.deploy(targets: [inside], limits).result == .deployed(inside.commit))
    }

    @Test func `deploys in doubt`() throws {
        let site = try FilteredSite(.pull)
        let git = try site.blog.open().git
        let (live, unknown) = (try site.live, try Commit.fake(1))
        let filter = DeploymentFilter(paths: ["x", "a", "b", "c", "d"], skip: "[skip]")
        let reason = "nothing changed in x, a, b and 2 more between \(live.short) and \(live.short)"
        #expect(filter.reasonToSkip(from: live, to: live, in: git, limits) == reason)
        #expect(filter.reasonToSkip(from: nil, to: live, in: git, limits) == nil)
        #expect(filter.reasonToSkip(from: unknown, to: live, in: git, limits) == nil)
        #expect(filter.reasonToSkip(from: live, to: unknown, in: git, limits) == nil)
        #expect(filter.reasonToSkip(from: live, to: live, in: git, .within(.zero)) == nil)
        #expect(DeploymentFilter(skip: "[skip]").reasonToSkip(from: live, to: live, in: git, limits) == nil)
    }

    // MARK: The remote

    @Test(arguments: Kind.allCases) func `never decides on a remote that lags`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(paths: ["site/**"])
        let first = try site.live
        let shown = try site.push(["docs/index.html": "two\n"])
        let commit = try site.commit(["docs/index.html": "three\n"])
        let ref = kind == .tags ? "refs/tags/v9" : kind == .pattern ? "refs/heads/release/9" : shown.ref
        let announced = DeploymentRecord.Target(ref: ref, commit: commit, before: shown.commit)
        for _ in 0..<2 {
            #expect(strategy.deploy(targets: [announced], limits).result == .waiting(for: commit.short))
            #expect(try site.live == first)
        }
        try site.blog.git("push", "--quiet", "origin", "HEAD:\(ref)", in: site.blog.author)
        #expect(
            strategy.deploy(targets: [announced], limits).result == skipped("site/**", from: first, to: announced))
    }

    @Test func `never decides on a remote that lags at a commit skipped before`() throws {
        let site = try FilteredSite(.pull)
        let strategy = site.strategy(paths: ["site/**"])
        let shown = try site.push(["docs/index.html": "two\n"])
        #expect(strategy.deploy(targets: [shown], limits).result.remark != nil)
        let commit = try site.commit(["site/index.html": "three\n"])
        // Not every forge tells the commit before the push.
        let announced = DeploymentRecord.Target(ref: shown.ref, commit: commit)
        #expect(strategy.deploy(targets: [announced], limits).result == .waiting(for: commit.short))
        _ = try site.push()
        #expect(strategy.deploy(targets: [announced], limits).result == .deployed(commit))
    }

    @Test(arguments: Kind.allCases) func `hides a skipped push from catch-up, and no other push`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(paths: ["site/**"])
        let outside = try site.push(["docs/index.html": "two\n"])
        #expect(try strategy.missedPush(limits)?.commit == outside.commit)
        #expect(strategy.deploy(targets: [outside], limits).result.remark != nil)
        #expect(try strategy.missedPush(limits) == nil)
        #expect(try strategy.inspect(limits).missed == nil && strategy.inspect(limits).obstacles.isEmpty)
        // Another filter may want the commit, and so may the same filter at another live commit.
        #expect(try site.strategy(paths: ["docs/**"]).missedPush(limits)?.commit == outside.commit)
        #expect(try site.strategy().missedPush(limits)?.commit == outside.commit)
        let again = try site.push(["docs/index.html": "three\n"])
        #expect(try strategy.missedPush(limits)?.commit == again.commit)
        #expect(strategy.deploy(targets: [again], limits).result.remark != nil)
        #expect(try strategy.missedPush(limits) == nil)
        try site.blog.git("reset", "--quiet", "--hard", "HEAD~", in: site.blog.site)
        #expect(try strategy.missedPush(limits)?.commit == again.commit)
    }

    @Test(arguments: Kind.allCases) func `decides the same after a kill in the middle`(_ kind: Kind) throws {
        let site = try FilteredSite(kind)
        let strategy = site.strategy(paths: ["site/**"])
        let first = try site.live
        for (file, isWanted) in [("docs/index.html", false), ("site/index.html", true)] {
            let push = try site.push([file: "two\n"])
            // A person's fetch, or one that was killed before the decision.
            try site.blog.git("fetch", "--quiet", "origin", in: site.blog.site)
            try site.blog.write("\(first)\nworking\n", to: "site/.git/bellpull.lock")
            #expect(try strategy.missedPush(limits)?.commit == push.commit)
            let result = strategy.deploy(targets: [push], limits).result
            #expect(result == (isWanted ? .deployed(push.commit) : skipped("site/**", from: first, to: push)))
        }
    }

    @Test func `reports a remote that is gone`() throws {
        let site = try FilteredSite(.pull)
        let push = try site.push(["docs/index.html": "two\n"])
        try site.blog.git("remote", "set-url", "origin", "/nonexistent/alice/blog.git", in: site.blog.site)
        let message = site.strategy(paths: ["site/**"]).deploy(targets: [push], limits).result.failure?.message
        #expect(message?.hasPrefix("the remote has no such repository") == true)
    }
}
