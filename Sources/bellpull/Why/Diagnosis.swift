import Deploy
import Foundation
import Git
import Text

/// Finds the reason why a push is live or not. Certain reasons come first; any other reason is marked as a guess.
struct Diagnosis {
    let facts: SiteFacts
    /// The commit in question; `nil` for the newest commit of the remote.
    let asked: Commit?

    init(_ facts: SiteFacts, asked: Commit? = nil) {
        var facts = facts
        // A test of the hook says nothing about the pushes.
        facts.records.removeAll { record in facts.tests.contains { $0.id == record.id } }
        (self.facts, self.asked) = (facts, asked)
    }

    /// The verdict.
    var verdict: Verdict {
        // A push still missing at the remote is newer than the live commit.
        if asked == nil, let unfinished, facts.records.first?.target?.commit != facts.live { return unfinished }
        if let live { return live }
        return unfinished ?? pinned ?? configuration ?? test ?? replaced ?? finished ?? remoteFailure ?? moved
            ?? obstacleOfNewCommit ?? problem(ofScanners: false) ?? stray
            ?? (facts.hasService ? problem(ofScanners: true) : nil) ?? absent
    }

    // MARK: The commit

    /// The expected commit; `nil` if only the remote knows it.
    private var wanted: Commit? {
        if let asked { return asked }
        if case .commit(let target) = facts.remote { return target.commit }
        return nil
    }

    var wantedText: String { wanted?.short ?? "the newest commit" }

    private var newest: DeploymentRecord? { facts.records.first }

    private var isReached: Bool {
        guard let live = facts.live else { return false }
        if let asked { return asked == live || replacement != nil }
        switch facts.remote {
        case .commit(let target): return target.commit == live || facts.hasRemoteCommit
        case .failed: return false
        case .notAsked:
            // As far as the ledger tells.
            return newest.map { record in
                record.state.isFinished && [.deployed, .unchanged].contains(record.state) && record.commit == live
            } ?? false
        }
    }

    /// The deployment of a newer commit in place of the commit in question.
    private var replacement: DeploymentRecord? {
        guard let asked, let live = facts.live, asked != live,
            let first = facts.records.last(where: { $0.state == .deployed && $0.commit == asked }),
            let last = facts.records.first(where: { $0.state == .deployed && $0.commit == live }), last.id > first.id,
            last.order == .follow
        else { return nil }
        return last
    }

    private var live: Verdict? {
        guard isReached, let commit = facts.live else { return nil }
        // The commit may have been live before, and another one in between.
        let present = facts.records.filter { $0.commit != nil }.prefix { $0.commit == commit }
        let deployed = present.last { $0.state == .deployed }
        let since = deployed?.ended.map { " since \($0.local), \($0.relative(to: facts.now))" } ?? ""
        let cause = deployed.map { "; asked for by \(Self.words($0))" } ?? ""
        let limits =
            switch facts.remote {
            case .notAsked where asked == nil: "; the remote was not asked"
            default: ""
            }
        let text =
            replacement.map {
                "\(wantedText) was deployed, and \(commit.short) replaced it \($0.time.relative(to: facts.now))"
            }
            ?? "\(commit.short)\(since)\(cause)"
        let test = facts.tests.first.flatMap { asked == nil && !$0.state.isFinished ? $0.target : nil }
        let note = test.map { "; bellpull deliver announced \($0.commit.short), which the remote does not have" } ?? ""
        return visited(text + limits + note) ?? verdict(.live, text + limits + note)
    }

    private static func words(_ record: DeploymentRecord) -> String {
        switch record.cause {
        case .push where record.deliveries == 1: "a delivery"
        case .push: "\(record.deliveries) deliveries"
        case .catchUp where record.deliveries > 0:
            "catch-up and \(record.deliveries) deliver\(record.deliveries == 1 ? "y" : "ies")"
        case .catchUp: "catch-up, without a delivery"
        case .command: "a person at the terminal"
        }
    }

    /// The problem between the live files and visitors; `nil` for none.
    private func visited(_ fact: String) -> Verdict? {
        switch facts.visitors {
        case nil, .current?: nil
        case .otherFolder(let served, let live)?:
            verdict(
                .oldPage, "nginx serves \(served), and the site is \(live)",
                remedy: "write root \(live); in the server block, then nginx -t && systemctl reload nginx")
        case .otherPage(let url, let file)?:
            verdict(
                .oldPage, "\(url) does not show \(file), so another server block or another folder answers",
                remedy: "nginx -T | grep -n -e server_name -e root  # which server has this name, and which folder")
        case .cachedBefore(let url, let sign)?:
            verdict(
                .oldPage,
                "nginx on this machine has the new page, and \(url) has another one"
                    + (sign.map { ": \($0)" } ?? ": something in between keeps the old one"),
                remedy: "empty the cache of the CDN or proxy; a step can do so: after = \"…\" in the site's file",
                isGuess: sign == nil)
        case .cachedByBrowsers(let url, let seconds)?:
            verdict(
                .live,
                "\(fact); browsers that have been there may show the old page for up to "
                    + "\(Duration.seconds(seconds).spoken), as \(url) has such a Cache-Control header",
                remedy: "add_header Cache-Control no-cache; in the server block makes browsers ask")
        case .noAnswer(let url, let reason, let remedy)?:
            verdict(.live, "\(fact); what visitors get is not known: \(url): \(reason)", remedy: remedy)
        }
    }

    // MARK: The deployments

    private var unfinished: Verdict? {
        let open = facts.records.filter { !$0.state.isFinished }
        guard let record = open.first(where: { $0.state == .running }) ?? open.last else { return nil }
        let time = record.time.relative(to: facts.now)
        guard facts.hasService else {
            return verdict(
                .serviceIsDown,
                "the push is recorded as deployment \(record.id), \(record.state.rawValue) since \(time), but bellpull does not run",
                remedy: "systemctl start \(ServiceUnit.current)")
        }
        switch record.state {
        case .running:
            return verdict(
                .running, "deployment \(record.id) is running since \(time)",
                remedy: "\(facts.command) log --follow \(facts.name)", output: facts.output)
        case .waiting:
            let next = record.nextTry.map { ", and is asked again at \($0.local)" } ?? ""
            return verdict(
                .waiting, "\(record.reason ?? "the remote lags")\(next)",
                remedy: "wait; \(facts.command) deploy \(facts.name) asks at once")
        default:
            let others = facts.running.filter { $0 != facts.name }
            let names = others.prefix(3).joined(separator: ", ") + (others.count > 3 ? ", …" : "")
            return verdict(
                .queued,
                "deployment \(record.id) waits for its turn since \(time)"
                    + (others.isEmpty ? "" : ", behind \(others.count) that run: \(names)"),
                remedy: "wait; parallel_deployments in the main file lets more sites deploy at once")
        }
    }

    /// The verdict on a commit whose deployment brought another one: the branch had moved on, or was rewritten.
    private var replaced: Verdict? {
        guard let asked,
            let record = facts.records.first(where: {
                $0.target?.commit == asked && $0.commit != nil && $0.commit != asked
            }),
            let brought = record.commit
        else { return nil }
        let time = record.time.relative(to: facts.now)
        guard let note = record.note, note.contains(" was rewritten") else {
            let fact =
                "deployment \(record.id) of \(asked.short) brought \(brought.short), which came after it, \(time)"
            guard facts.live != brought else { return verdict(.live, fact) }
            return verdict(
                .moved, "\(fact); the site is at \(facts.live?.short ?? "no commit") now",
                remedy: "\(facts.command) why \(facts.name)")
        }
        return verdict(
            .unknown, "deployment \(record.id) brought \(brought.short) in place of \(asked.short), \(time): \(note)",
            remedy: "push \(asked.short) again if it was not removed on purpose")
    }

    /// The verdict on a commit that only `bellpull deliver` announced.
    private var test: Verdict? {
        guard let asked, let record = facts.tests.first(where: { $0.target?.commit == asked }) else { return nil }
        return verdict(
            .unknown,
            "the remote does not have \(asked.short), which bellpull deliver announced "
                + record.time.relative(to: facts.now),
            remedy: "\(facts.command) deliver \(facts.name) announces the commit that the remote has")
    }

    /// The verdict of the newest finished deployment of the commit.
    private var finished: Verdict? {
        guard let record = facts.records.first(where: { $0.state.isFinished }) else { return nil }
        // The fate of an older commit says nothing about a newer one.
        let aim = record.target?.commit ?? record.commit
        if let wanted, let aim, aim != wanted, record.cause != .command {
            guard let match = facts.records.first(where: { $0.state.isFinished && $0.target?.commit == wanted }) else {
                return nil
            }
            return told(match)
        }
        return told(record)
    }

    private func told(_ record: DeploymentRecord) -> Verdict? {
        let time = record.time.relative(to: facts.now)
        let log = "\(facts.command) log \(record.id)"
        switch record.state {
        case .failed:
            return verdict(
                .failed, "deployment \(record.id) failed \(time): \(record.reason ?? "see its log")",
                remedy: record.failure?.hint ?? "\(log); then \(facts.command) deploy \(facts.name)",
                output: record.id == facts.records.first?.id ? facts.output : [])
        case .skipped:
            return verdict(
                .skipped, "the push was skipped \(time): \(record.reason ?? "")",
                remedy: "\(facts.command) deploy \(facts.name) deploys it all the same")
        case .cancelled:
            return verdict(
                .cancelled,
                "\(record.reason.map { "a newer push, of \($0)," } ?? "a newer push") ended the build \(time)")
        case .interrupted:
            return verdict(
                .interrupted, "deployment \(record.id) was interrupted \(time)",
                remedy: facts.hasService
                    ? "\(facts.command) deploy \(facts.name)" : "systemctl start \(ServiceUnit.current)")
        case .pinned:
            return verdict(
                .pinned, record.reason ?? "the site was pinned \(time)", remedy: "\(facts.command) deploy \(facts.name)"
            )
        case .deployed, .unchanged, .queued, .running, .waiting: return nil
        }
    }

    private var pinned: Verdict? {
        facts.pin.map { pin in
            let time = Date(timeIntervalSince1970: TimeInterval(pin.time)).relative(to: facts.now)
            return verdict(
                .pinned, "the site is \(pin), \(time)", remedy: "\(facts.command) unpin \(facts.name)")
        }
    }

    private var moved: Verdict? {
        guard let wanted, let live = facts.live,
            let record = facts.records.first(where: { $0.state == .deployed && $0.commit == wanted })
        else { return nil }
        return verdict(
            .moved,
            "\(wanted.short) was deployed \(record.time.relative(to: facts.now)), but the site is at \(live.short) now: "
                + "somebody has moved it", remedy: "\(facts.command) deploy \(facts.name)")
    }

    // MARK: The surroundings

    private var configuration: Verdict? {
        facts.configurationProblem.map {
            verdict(.configuration, $0.message, remedy: $0.hint)
        }
    }

    private var remoteFailure: Verdict? {
        guard case .failed(let failure) = facts.remote else { return nil }
        return verdict(
            .remote, failure.message, remedy: failure.hint ?? "\(facts.command) check \(facts.name)")
    }

    /// An obstacle explains why the commit is not live only if somebody has tried; otherwise it is the next problem.
    private var obstacleOfNewCommit: Verdict? {
        guard let obstacle = facts.obstacles.first, facts.requests.problem?.isLikelyOfScanner ?? true else {
            return nil
        }
        return verdict(
            .obstacle, obstacle.message, remedy: obstacle.hint ?? "\(facts.command) check \(facts.name)")
    }

    func verdict(
        _ cause: Verdict.Cause, _ reason: String, remedy: String? = nil, isGuess: Bool = false, output: [String] = []
    ) -> Verdict {
        Verdict(cause, site: facts.name, reason, remedy: remedy, isGuess: isGuess, output: output)
    }
}
