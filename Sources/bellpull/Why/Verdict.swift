import Foundation
import Text

/// Why a push is live, or why not: the JSON of `bellpull why`.
struct Verdict: Encodable, Equatable {
    /// The kinds of reasons.
    enum Cause: String, Encodable, CaseIterable {
        /// The commit is live.
        case live
        /// The commit is live, but visitors get another page.
        case oldPage = "old page"
        /// The commit is live, but visitors get an error.
        case errorPage = "error page"
        /// No delivery has arrived.
        case neverArrived = "never arrived"
        /// A request for the hook came to another place of the web server.
        case elsewhere
        /// The web server refused the delivery.
        case refusedByServer = "refused by the web server"
        /// Bellpull was down when the delivery came.
        case serviceWasDown = "bellpull was down"
        /// Bellpull did not answer in nginx's time.
        case noAnswer = "no answer"
        /// Bellpull does not run.
        case serviceIsDown = "bellpull is down"
        /// The signature or the token was wrong.
        case wrongSecret = "wrong secret"
        /// Bellpull could not use the delivery: another repository, another branch, malformed.
        case notAccepted = "not accepted"
        /// The files of the site have a mistake, or Bellpull has not loaded them.
        case configuration
        /// The commit was not wanted at the site: paths, or words in the message.
        case skipped
        /// The remote does not show the commit yet.
        case waiting
        /// The deployment waits for its turn.
        case queued
        /// The deployment is running.
        case running
        /// A newer push ended the build.
        case cancelled
        /// Git, a step or the check of health failed.
        case failed
        /// The site is pinned.
        case pinned
        /// The remote cannot be asked.
        case remote
        /// Something is in the way of the next deployment.
        case obstacle
        /// The deployment was interrupted.
        case interrupted
        /// Somebody has moved the site after the deployment.
        case moved
        /// Nobody knows the commit or the delivery.
        case unknown
    }

    /// Whether visitors get the commit.
    enum State: String, Encodable {
        case live
        /// The commit is live, but something else is wrong.
        case liveWithProblem = "live, but"
        case notLive = "not live"
        case unknown
    }

    let site: String?
    let state: State
    let cause: Cause
    /// The reason, in one line.
    let reason: String
    /// What to do; `nil` if there is nothing to do.
    let remedy: String?
    /// Whether the reason is only the most likely one.
    let isGuess: Bool
    /// The last lines of the output of a failed or running deployment.
    let output: [String]

    init(
        _ cause: Cause, site: String?, _ reason: String, remedy: String? = nil, isGuess: Bool = false,
        output: [String] = [], state: State? = nil
    ) {
        switch cause {
        case .live: self.state = .live
        case .oldPage, .errorPage: self.state = .liveWithProblem
        default: self.state = state ?? .notLive
        }
        (self.cause, self.site, self.reason, self.remedy) = (cause, site, reason, remedy)
        (self.isGuess, self.output) = (isGuess, output)
    }

    /// Whether visitors get the commit, and nothing else is wrong.
    var isLive: Bool { state == .live }

    /// Returns the verdict, with `fact` before the reason.
    func after(_ fact: String) -> Verdict {
        Verdict(
            cause, site: site, "\(fact); \(reason)", remedy: remedy, isGuess: isGuess, output: output, state: state)
    }

    /// The lines for a person: the reason, the remedy, and what a step has written.
    func lines(on terminal: Terminal) -> [String] {
        let subject = site.map { terminal.styled($0.escapedForDisplay, .bold) + ": " } ?? ""
        let style: Terminal.Style =
            switch state {
            case .live: .green
            case .liveWithProblem, .unknown: .yellow
            case .notLive: .red
            }
        let word = terminal.styled(state.rawValue, style)
        let guess = isGuess ? "probably: " : ""
        var lines = ["\(subject)\(word): \(guess)\(reason.escapedForDisplay)"]
        if let remedy { lines.append("  \(terminal.styled("→", .faint)) \(remedy.remedyEscapedForDisplay)") }
        return lines + output.map { "  | \($0.escapedForDisplay)" }
    }
}
