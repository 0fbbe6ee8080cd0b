import Configuration
import Deploy
import FastCGI
import Foundation
import Logging
import Text

/// A fatal error, with an explanation for the person at the terminal.
struct CommandError: Error {
    /// The exit status (sysexits.h).
    enum Kind: Int32 {
        case failure = 1
        case usage = 64
        case configuration = 78
    }

    let kind: Kind
    let explanations: [Explanation]

    init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.kind = kind
        explanations = [Explanation(message, hint: hint)]
    }

    /// Creates an error with several explanations, in the order in which they are printed.
    init(_ kind: Kind, _ explanations: [Explanation]) {
        self.kind = kind
        self.explanations = explanations
    }

    init(_ failure: Failure, _ kind: Kind = .configuration) {
        self.init(kind, failure.message, hint: failure.hint)
    }

    init(_ error: LedgerError) {
        self.init(.failure, error.message, hint: error.hint)
    }

    init(_ error: ConfigurationError) {
        self.init(error.isUsage ? .usage : .configuration, error.issues)
    }

    init(_ kind: Kind, _ issues: [ConfigurationIssue]) {
        self.init(kind, issues.map { Explanation($0.text, hint: $0.hint) })
    }

    init(_ error: ListeningSocket.SocketError) {
        switch error {
        case .inUse(let path):
            self.init(
                .failure, "\(path) is in use by another process",
                hint: "ss -xlp src \(path), then stop the process or choose another path"
            )
        case .notASocket(let path):
            self.init(.configuration, "\(path) exists and is not a socket", hint: "choose another path")
        case .pathTooLong(let path):
            self.init(
                .configuration, "\(path) is too long for the path of a socket",
                hint: "choose a path of at most 107 bytes")
        case .refused(let path, let reason):
            self.init(
                .configuration, "cannot listen on \(path): \(reason)",
                hint: "create the folder, and let bellpull's user write to it")
        }
    }

    /// Prints the explanations to standard error, after the queued log lines, and exits.
    func exit() -> Never {
        LogWriter.standardError.write(text(Log.style))
        Foundation.exit(kind.rawValue)
    }

    /// Returns the lines for the explanations. For the journal each line starts with its priority.
    func text(_ style: LineLogHandler.Style) -> String {
        let prefix = style == .journal ? Logger.Level.error.journalPrefix : ""
        return explanations.map { explanation in
            let lines = ["error: \(explanation.message)"] + (explanation.hint.map { ["hint: \($0)"] } ?? [])
            return lines.map { "\(prefix)bellpull: \($0)\n" }.joined()
        }.joined()
    }
}

extension ConfigurationIssue {
    /// The place and the message, or only the message if the message names the place.
    var text: String { message.contains(place) ? message : "\(place): \(message)" }
}
