import Deploy
import Foundation
import Git
import Text

/// Verdicts on deployments of the commit, from the ledger.
extension Diagnosis {
    var unfinished: Verdict? {
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

    /// The verdict if the deployment of the commit brought another commit: the branch had moved on, or was rewritten.
    var replaced: Verdict? {
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
    var test: Verdict? {
        guard let asked, let record = facts.tests.first(where: { $0.target?.commit == asked }) else { return nil }
        return verdict(
            .unknown,
            "the remote does not have \(asked.short), which bellpull deliver announced "
                + record.time.relative(to: facts.now),
            remedy: "\(facts.command) deliver \(facts.name) announces the commit that the remote has")
    }

    /// The verdict of the newest finished deployment of the commit.
    var finished: Verdict? {
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
        switch record.state {
        case .failed:
            return failed(record)
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

    /// Returns the verdict on a failed deployment. The remedy ends with a deployment: nothing else tries again at once.
    private func failed(_ record: DeploymentRecord) -> Verdict {
        let reason = record.reason ?? "see its log"
        var text = "deployment \(record.id) failed \(record.time.relative(to: facts.now)): \(reason)"
        var remedy = remedy(after: record)
        if let problem = facts.remote.problem, !problem.message.hasSuffix(reason) {
            text += "; and \(problem.message)"
            if let hint = problem.hint { remedy = Self.chain(hint, remedy) }
        }
        return verdict(
            .failed, text, remedy: remedy, output: record.id == facts.records.first?.id ? facts.output : [])
    }

    private func remedy(after record: DeploymentRecord) -> String {
        let deploy = "\(facts.command) deploy \(facts.name)"
        guard facts.isInspected, record.failure?.isObstacleInSite == true else {
            return withDeployment(record.failure?.hint ?? "\(facts.command) log \(record.id)")
        }
        return facts.obstacles.first.map { withDeployment($0.hint) } ?? "\(deploy)  # the obstacle is gone"
    }

    /// Returns `hint`, the remedy of a failure, followed by a deployment of the site.
    func withDeployment(_ hint: String?) -> String {
        Self.chain(
            hint ?? "\(facts.command) check \(facts.name)", "\(facts.command) deploy \(facts.name)")
    }

    /// Returns the remedy `first`, followed by the remedy `next`. Two commands become one line to paste.
    private static func chain(_ first: String, _ next: String) -> String {
        // To the shell, the note of a remedy is a comment.
        let parts = [first, next].map { $0.split(separator: "  # ", maxSplits: 1) }
        guard let command = parts[0].first, let other = parts[1].first, isCommand(command), isCommand(other) else {
            return "\(first); then \(next)"
        }
        let notes = parts.compactMap { $0.count > 1 ? $0[1] : nil }
        return "\(command) && \(other)" + (notes.isEmpty ? "" : "  # " + notes.joined(separator: "; "))
    }

    private static func isCommand(_ text: Substring) -> Bool {
        let programs: Set<Substring> = [
            "apt-get", "bellpull", "chmod", "chown", "df", "git", "install", "mount", "mv", "rm", "runuser",
            "ssh-keygen", "systemctl",
        ]
        return text.split(separator: " ").first.map { programs.contains($0) } ?? false
    }

    var pinned: Verdict? {
        facts.pin.map { pin in
            let time = Date(timeIntervalSince1970: TimeInterval(pin.time)).relative(to: facts.now)
            return verdict(
                .pinned, "the site is \(pin), \(time)", remedy: "\(facts.command) unpin \(facts.name)")
        }
    }

    var moved: Verdict? {
        guard let wanted, let live = facts.live,
            let record = facts.records.first(where: { $0.state == .deployed && $0.commit == wanted })
        else { return nil }
        return verdict(
            .moved,
            "\(wanted.short) was deployed \(record.time.relative(to: facts.now)), but the site is at \(live.short) now: "
                + "somebody has moved it", remedy: "\(facts.command) deploy \(facts.name)")
    }
}
