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
        return unfinished ?? pinned ?? configuration ?? test ?? replaced ?? finished
            ?? remoteProblem(facts.live == nil ? .notLive : .unknown) ?? moved
            ?? obstacleOfNewCommit ?? problem(ofScanners: false) ?? stray
            ?? (facts.hasService ? problem(ofScanners: true) : nil) ?? absent
    }

    // MARK: The commit

    /// The expected commit; `nil` if only the remote knows it.
    var wanted: Commit? {
        if let asked { return asked }
        if case .commit(let target) = facts.remote { return target.commit }
        return nil
    }

    var wantedText: String { wanted?.short ?? "the newest commit" }

    private var newest: DeploymentRecord? { facts.records.first }

    private var isReached: Bool {
        guard let live = facts.live else { return false }
        if let asked { return asked == live || replacement != nil || isContained }
        switch facts.remote {
        case .commit(let target): return target.commit == live || facts.hasRemoteCommit
        case .failed, .unopened, .notAsked:
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

    /// Whether the live commit contains the commit in question.
    private var isContained: Bool { asked != nil && facts.contained == asked && replaced?.isLive != true }

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
            ?? "\(isContained && asked != commit ? "\(wantedText), as part of " : "")\(commit.short)\(since)\(cause)"
        let test = facts.tests.first.flatMap { asked == nil && !$0.state.isFinished ? $0.target : nil }
        let note = test.map { "; bellpull deliver announced \($0.commit.short), which the remote does not have" } ?? ""
        if let visited = visited(text + limits + note) { return visited }
        let ofRemote = asked == nil ? remoteProblem(after: text + "; ", .liveWithProblem) : nil
        return ofRemote ?? verdict(.live, text + limits + note)
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
        case .error(let url, let status)?:
            verdict(
                .errorPage, "visitors get \(status) from \(url)",
                remedy: "tail -n 20 /var/log/nginx/error.log")
        case .noAnswer(let url, let reason, let remedy)?:
            verdict(.live, "\(fact); what visitors get is not known: \(url): \(reason)", remedy: remedy)
        }
    }

    // MARK: The surroundings

    private var configuration: Verdict? {
        facts.configurationProblem.map {
            verdict(.configuration, $0.message, remedy: $0.hint)
        }
    }

    /// The verdict that nobody knows the remote's commit; `nil` if it is known, or if nobody asked.
    private func remoteProblem(after fact: String = "", _ state: Verdict.State) -> Verdict? {
        facts.remote.problem.map {
            Verdict(
                .remote, site: facts.name, fact + $0.message, remedy: $0.hint ?? "\(facts.command) check \(facts.name)",
                state: state)
        }
    }

    /// An obstacle explains why the commit is not live only if somebody has tried; otherwise it is the next problem.
    private var obstacleOfNewCommit: Verdict? {
        guard let obstacle = facts.obstacles.first, facts.requests.problem?.isLikelyOfScanner ?? true else {
            return nil
        }
        return verdict(
            .obstacle, obstacle.message, remedy: withDeployment(obstacle.hint))
    }

    func verdict(
        _ cause: Verdict.Cause, _ reason: String, remedy: String? = nil, isGuess: Bool = false, output: [String] = []
    ) -> Verdict {
        Verdict(cause, site: facts.name, reason, remedy: remedy, isGuess: isGuess, output: output)
    }
}
