import AccessLog
import Foundation
import Text

/// Verdicts on deliveries without a deployment, from the web server's logs.
extension Diagnosis {
    /// Returns the verdict on the newest delivery without a deployment.
    ///
    /// - Parameter ofScanners: whether to look for a likely scanner's request, or for any other request.
    func problem(ofScanners: Bool) -> Verdict? {
        guard let found = verdict(onProblemOfScanners: ofScanners) else { return nil }
        guard let verified = facts.requests.problem?.verified else { return found }
        let reason = verified.reason.map { ": \($0)" } ?? ""
        return Verdict(
            found.cause, site: found.site,
            "\(found.reason); the last verified delivery, \(verified.time.relative(to: facts.now)), "
                + "\(DeliveryFate.words(verified.outcome))\(reason)",
            remedy: found.remedy, isGuess: true)
    }

    private func verdict(onProblemOfScanners ofScanners: Bool) -> Verdict? {
        // Without the remote nobody knows whether there is a newer commit at all.
        if case .notAsked = facts.remote, asked == nil { return nil }
        guard let problem = facts.requests.problem, problem.isLikelyOfScanner == ofScanners else { return nil }
        let line = problem.line
        let times = problem.count > 1 ? ", and \(problem.count - 1) more like it" : ""
        let time = "\(line.time.relative(to: facts.now))\(times)"
        let reason = line.reason.map { ": \($0)" } ?? ""
        // A delivery to the shared hook may concern another site, and a delivery of another repository need not be a mistake.
        let isGuess = facts.requests.isShared || isOfOtherRepository(line) || !problem.isVerified
        switch line.outcome {
        case "rejected"? where ofScanners:
            return verdict(
                .wrongSecret,
                "the last request to the hook, \(time), had no signature: a scanner's, or a forge's without the secret",
                remedy:
                    "enter the secret into the forge's form if it is empty there; \(facts.command) deliver \(facts.name) "
                    + "tries the one in the files", isGuess: true)
        case "rejected"?:
            return verdict(
                .wrongSecret,
                "the last delivery, \(time), had a wrong secret\(line.isSigned == true ? "" : " or none")",
                remedy:
                    "enter the secret into the forge's form again; \(facts.command) deliver \(facts.name) tries the one "
                    + "in the files", isGuess: isGuess)
        case "misconfigured"?:
            return verdict(
                .configuration,
                "the hook was out of order when the last delivery came, \(time): the site's file had a mistake",
                remedy: "\(facts.command) check \(facts.name); then have the forge send it again",
                isGuess: !problem.isVerified)
        case "unrecorded"?:
            return verdict(
                .notAccepted, "the ledger could not record the last delivery, \(time)\(reason)",
                remedy: reason.contains("queue is full")
                    ? "\(facts.command) deploy \(facts.name); the disk of the ledger is slow if it happens again"
                    : "\(facts.command) check; then have the forge send the delivery again", isGuess: isGuess)
        case "refused"? where line.status == 413: return tooLarge(time, isGuess)
        case "ignored"?, "malformed"?, "refused"?:
            return verdict(
                .notAccepted, "the last delivery, \(time), was \(line.outcome ?? "")\(reason)",
                remedy: notAcceptedRemedy(line), isGuess: isGuess)
        default: return refusedByServer(line, time, isGuess)
        }
    }

    private func isOfOtherRepository(_ line: AccessLogLine) -> Bool {
        line.outcome == "ignored" && line.reason?.hasPrefix("no site follows repository ") == true
    }

    private func notAcceptedRemedy(_ line: AccessLogLine) -> String {
        let follows = facts.follows.map { "the site follows \($0)" } ?? "see the site's file"
        let check = "\(facts.command) check \(facts.name)"
        switch (line.outcome, line.status) {
        case ("ignored"?, _): break
        case ("refused"?, 404?) where line.path.hasSuffix("/"):
            return "correct the URL in the forge's form: it ends in \(facts.requests.path), without the slash after it"
        case ("refused"?, 415?): return "choose application/json as the content type in the forge's form"
        case ("malformed"?, _):
            return "look at the forge's page of the delivery, which shows what it has sent; \(check)"
        default: return check
        }
        let reason = line.reason ?? ""
        if isOfOtherRepository(line) { return "\(follows): compare repository in the site's file; \(check)" }
        if reason.contains(" has a secret of its own: set the webhook's URL to ") {
            return "correct the URL in the forge's form"
        }
        if reason.hasPrefix("the event "), reason.hasSuffix(" is not a push") {
            return "choose push events in the forge's form"
        }
        return "\(follows): push there, or change branch in the site's file"
    }

    var stray: Verdict? {
        guard let stray = facts.requests.stray else { return nil }
        guard let forge = stray.forge else { return strayInHookLog(stray) }
        return verdict(
            .elsewhere,
            "a delivery of \(forge) came to \(stray.path) \(stray.time.relative(to: facts.now)), where the web server "
                + "answered \(stray.status), and not to the hook",
            remedy:
                "correct the URL in the forge's form, or the web server's location; \(facts.command) check \(facts.name)",
            isGuess: true)
    }

    /// Returns the verdict on a delivery that came to Bellpull at another path than the hook's.
    private func strayInHookLog(_ stray: HookRequests.Stray) -> Verdict {
        let time = stray.time.relative(to: facts.now)
        let fact =
            stray.isVerified
            ? "a delivery for the site came to \(stray.path) \(time), the hook that sites share, and the site has its own"
            : stray.status == 404
                ? "a signed delivery came to \(stray.path) \(time), where no hook is"
                : "a signed delivery came to \(stray.path) \(time), the hook that sites share, with another secret"
        return verdict(
            .elsewhere, fact,
            remedy:
                "correct the URL in the forge's form: it ends in \(facts.requests.path); then have the forge send the "
                + "delivery again, or \(facts.command) deploy \(facts.name)", isGuess: !stray.isVerified)
    }

    var absent: Verdict {
        if case .notAsked = facts.remote, asked == nil {
            return Verdict(
                .unknown, site: facts.name,
                "nobody asked the remote, and the ledger does not tell whether its newest commit is live",
                remedy: "\(facts.command) why \(facts.name), without --offline", state: .unknown)
        }
        let command = "\(facts.command) deploy \(facts.name)"
        guard facts.requests.unreadable == nil, facts.requests.log != nil else {
            let reason = facts.requests.unreadable ?? "nginx's files name no log of the hook in the format bellpull"
            return verdict(
                .neverArrived, "no delivery of \(wantedText) is in the ledger, and the log cannot tell: \(reason)",
                remedy: "\(logRemedy); \(command) deploys it", isGuess: true)
        }
        guard facts.hasService else {
            return verdict(
                .serviceIsDown, "bellpull does not run, and no delivery of \(wantedText) is in the log",
                remedy: "systemctl start \(ServiceUnit.current)")
        }
        let last =
            facts.requests.lastAccepted.map {
                "; the last delivery for the site came \($0.time.relative(to: facts.now))"
            }
            ?? facts.requests.since.map { "; the log begins \($0.local)" } ?? "; the log is empty"
        let wait = facts.catchUp.map { ", and catch-up asks the remote every \($0.spoken)" } ?? ""
        return verdict(
            .neverArrived, "no delivery of \(wantedText) has arrived\(last)",
            remedy: "look at the forge's page of the webhook: URL, content type, events, and its last answers; "
                + "\(facts.command) check \(facts.name) tries the hook (DNS, firewall, certificate); \(command) deploys "
                + "it now\(wait)")
    }

    /// The remedy for an unreadable or unknown log of the hook. Does not ask root to become root.
    private var logRemedy: String {
        let name = "name the log: \(facts.command) why \(facts.name) --log FILE"
        guard facts.requests.wereReadByRoot else { return "run the command as root, or \(name)" }
        guard facts.requests.log == nil else { return name }
        return "\(name); or log the hook: \(facts.command) check shows how"
    }
}
