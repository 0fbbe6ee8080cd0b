import AccessLog
import Deploy
import Foundation
import Git
import Testing

@testable import bellpull

@Suite struct `the reason for a push that is not live` {
    private static let old = commit("a")
    private static let new = commit("b")
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private static func commit(_ digit: String) -> Commit {
        guard let commit = Commit(String(repeating: digit, count: 40)) else { preconditionFailure("no commit") }
        return commit
    }

    /// Facts of a site at the old commit, whose remote has the new one.
    private var facts: SiteFacts {
        var facts = SiteFacts(name: "blog")
        (facts.live, facts.remote) = (Self.old, .commit(.init(ref: "refs/heads/main", commit: Self.new)))
        facts.requests.log = "/var/log/nginx/bellpull.log"
        facts.now = Self.now
        return facts
    }

    private func record(
        _ state: DeploymentRecord.State, of commit: Commit = Self.new, _ failure: Failure? = nil,
        id: Int64 = 1, note: String? = nil, cause: DeploymentRecord.Cause = .push
    ) -> DeploymentRecord {
        DeploymentRecord(
            id: id, site: SiteOnHost(name: "blog", host: "localhost"), cause: cause, state: state,
            target: .init(ref: "refs/heads/main", commit: commit),
            commit: [.deployed, .unchanged].contains(state) ? commit : nil, queued: Self.now, started: Self.now,
            ended: state.isFinished ? Self.now : nil, duration: .seconds(1), failure: failure, note: note,
            deliveries: 1, output: "")
    }

    private func verdict(_ change: (inout SiteFacts) -> Void) -> Verdict {
        var facts = facts
        change(&facts)
        return Diagnosis(facts).verdict
    }

    @Test func `is the failure of git, with git's remedy`() {
        // Messages of real failures: a full disk, another host key, a refused key, a foreign owner.
        for message in [
            "no space left on device", "the host key of forge.example has changed", "forge.example refuses the key",
            "/srv/blog belongs to alice",
        ] {
            let found = verdict { $0.records = [record(.failed, Failure(message, hint: "do this"))] }
            #expect((found.cause, found.remedy) == (.failed, "do this; then bellpull deploy blog"))
            #expect(found.reason == "deployment 1 failed just now: \(message)")
        }
    }

    @Test func `is not the failure of an older commit`() {
        let found = verdict { $0.records = [record(.failed, of: Self.old, Failure("broken"))] }
        #expect(found.cause == .neverArrived)
    }

    @Test func `is the failure of the commit, though an older push came later`() {
        let found = verdict {
            $0.records = [
                record(.unchanged, of: Self.old, id: 2), record(.failed, Failure("broken")),
            ]
        }
        #expect(found.cause == .failed)
    }

    @Test func `is what is certain, before what is likely`() {
        let found = verdict {
            $0.pin = Pin(at: Self.old, by: "alice", reason: "broken footer", time: Self.now)
            $0.requests.isShared = true
            $0.obstacles = [Failure("in the way")]
        }
        #expect(found.cause == .pinned && !found.isGuess)
        #expect(found.reason == "the site is pinned at aaaaaa by alice: broken footer, just now")
    }

    @Test func `is the queue, with those before`() {
        let found = verdict {
            $0.records = [record(.queued)]
            $0.running = ["docs", "shop", "wiki", "www"]
        }
        #expect(found.cause == .queued)
        #expect(
            found.reason == "deployment 1 waits for its turn since just now, behind 4 that run: docs, shop, wiki, …")
    }

    @Test func `is that Bellpull does not run`() {
        let recorded = verdict {
            $0.records = [record(.queued)]
            $0.hasService = false
        }
        #expect(recorded.cause == .serviceIsDown && recorded.remedy == "systemctl start bellpull")
        #expect(verdict { $0.hasService = false }.cause == .serviceIsDown)
    }

    @Test func `is unknown to a log that cannot be read, and a guess then`() {
        let found = verdict { $0.requests.unreadable = "cannot read /var/log/nginx/bellpull.log: Permission denied" }
        #expect(found.cause == .neverArrived && found.isGuess)
        #expect(found.reason.hasSuffix("Permission denied"))
        let none = verdict { $0.requests.log = nil }
        #expect(none.isGuess)
    }

    @Test func `asks root for no other rights`() {
        for log in ["/var/log/nginx/bellpull.log", nil] {
            let found = verdict {
                ($0.requests.log, $0.requests.unreadable) = (
                    log, log.map { "cannot read \($0): No such file or directory" }
                )
                $0.requests.wereReadByRoot = true
            }
            #expect(found.remedy?.contains("as root") == false && found.remedy?.contains("--log FILE") == true)
            #expect(
                verdict {
                    $0.requests.log = log; $0.requests.unreadable = "x"
                }.remedy?.contains("as root") == true)
        }
    }

    @Test func `says what is not known if nobody asks the remote`() {
        let live = verdict {
            $0.remote = .notAsked
            $0.records = [record(.deployed, of: Self.old)]
        }
        #expect(live.isLive && live.reason.hasSuffix("; the remote was not asked"))
        let failed = verdict {
            $0.remote = .notAsked
            $0.records = [record(.failed, Failure("broken"), id: 2), record(.deployed, of: Self.old)]
        }
        #expect(failed.cause == .failed)
    }

    @Test func `is no reason at all for a commit that a newer one replaced`() {
        var facts = facts
        facts.live = Self.new
        facts.records = [record(.deployed, id: 2), record(.deployed, of: Self.old)]
        let found = Diagnosis(facts, asked: Self.old).verdict
        #expect(found.isLive && found.reason == "aaaaaa was deployed, and bbbbbb replaced it just now")
    }

    @Test func `ends with a deployment, as nothing else tries again`() {
        let hint = "git -C /srv/blog stash  # puts the changes aside"
        let dirty = record(.failed, Failure("the clone has local changes", hint: hint))
        let deploy = "git -C /srv/blog stash && bellpull deploy blog  # puts the changes aside"
        #expect(verdict { $0.records = [dirty] }.remedy == deploy)
        let there = verdict {
            ($0.records, $0.isInspected) = ([dirty], true)
            $0.obstacles = [Failure("/srv/blog has local changes", hint: hint)]
        }
        #expect(there.remedy == deploy)
        let gone = verdict { ($0.records, $0.isInspected) = ([dirty], true) }
        #expect(gone.cause == .failed && gone.remedy?.hasPrefix("bellpull deploy blog") == true, "\(gone)")
        // No inspection finds a broken build.
        let build = verdict {
            ($0.records, $0.isInspected) = (
                [record(.failed, Failure("build failed", hint: "bellpull log 1  # shows it"))], true
            )
        }
        #expect(build.remedy == "bellpull log 1 && bellpull deploy blog  # shows it")
    }

    @Test func `is no reason against a live commit, and stands beside an old failure, if the remote cannot be asked`() {
        let gone = SiteFacts.Remote.failed(Failure("no such repository", hint: "git remote set-url"))
        let live = verdict {
            $0.remote = gone
            $0.records = [record(.deployed, of: Self.old)]
        }
        #expect(live.state == .liveWithProblem && live.cause == .remote && live.remedy == "git remote set-url")
        #expect(live.reason.hasPrefix("aaaaaa since "), "\(live)")
        #expect(live.reason.hasSuffix("; the remote cannot be asked: no such repository"), "\(live)")
        let failed = verdict {
            $0.remote = gone
            $0.records = [record(.failed, Failure("build failed"))]
        }
        #expect(failed.cause == .failed && failed.state == .notLive)
        #expect(failed.reason.hasSuffix("build failed; and the remote cannot be asked: no such repository"))
        #expect(verdict { $0.remote = gone }.state == .unknown)
    }

    @Test func `is the site's own problem if the clone cannot be opened`() {
        let gone = verdict {
            $0.remote = .unopened(Failure("/srv/blog does not exist", hint: "git clone"))
            $0.live = nil
        }
        #expect(gone.state == .notLive && gone.reason == "/srv/blog does not exist" && gone.remedy == "git clone")
        let released = verdict {
            $0.remote = .unopened(Failure("/srv/blog/repo is not a git repository"))
            $0.records = [record(.deployed, of: Self.old)]
        }
        #expect(released.state == .liveWithProblem)
        #expect(released.reason.hasSuffix("; /srv/blog/repo is not a git repository"), "\(released)")
    }

    @Test func `is the newer push that ended the build, until the newer commit is live`() {
        var facts = facts
        facts.records = [
            record(.failed, of: Self.new, Failure("broken"), id: 2),
            record(.cancelled, of: Self.old, Failure("bbbbbb")),
        ]
        (facts.live, facts.contained) = (Self.commit("c"), nil)
        let found = Diagnosis(facts, asked: Self.old).verdict
        #expect(found.cause == .cancelled && found.state == .notLive, "\(found)")
    }

    @Test func `is none for a commit that the live commit contains`() {
        var facts = facts
        (facts.live, facts.contained) = (Self.new, Self.old)
        let found = Diagnosis(facts, asked: Self.old).verdict
        #expect(found.isLive && found.reason == "aaaaaa, as part of bbbbbb", "\(found)")
        facts.contained = nil
        #expect(!Diagnosis(facts, asked: Self.old).verdict.isLive)
    }

    @Test(arguments: [403, 404, 500, 502]) func `is an error that visitors get`(status: Int) {
        let found = verdict {
            $0.live = Self.new
            $0.visitors = .error(url: "http://blog.example.com/", status: status)
        }
        #expect(found.state == .liveWithProblem && found.cause == .errorPage)
        let line = found.lines(on: Terminal(descriptor: -1, environment: [:])).first
        #expect(line == "blog: live, but: visitors get \(status) from http://blog.example.com/")
    }

    @Test func `escapes hostile text`() {
        let found = verdict { $0.records = [record(.failed, Failure("\u{1b}[2J\u{202e}gone"))] }
        let terminal = Terminal(descriptor: -1, environment: [:])
        #expect(!found.lines(on: terminal).joined().contains { "\u{1b}\u{202e}".contains($0) })
    }
}
