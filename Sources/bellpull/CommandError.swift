import Configuration
import Deploy
import FastCGI
import Foundation

/// Why the program cannot go on, for the person who started it.
struct CommandError: Error {
    /// What the exit status says (sysexits.h).
    enum Kind: Int32 {
        case failure = 1
        case usage = 64
        case configuration = 78
    }

    /// One thing that is wrong, and the way out.
    typealias Explanation = (message: String, hint: String?)

    let kind: Kind
    let explanations: [Explanation]

    init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.kind = kind
        explanations = [(message, hint)]
    }

    init(_ failure: Failure, _ kind: Kind = .configuration) {
        self.init(kind, failure.message, hint: failure.hint)
    }

    init(_ error: LedgerError) {
        self.init(.failure, error.message, hint: error.hint)
    }

    init(_ error: ConfigurationError) {
        kind = error.isUsage ? .usage : .configuration
        explanations = error.issues.map { ($0.text, $0.hint) }
    }

    init(_ error: ListeningSocket.SocketError) {
        switch error {
        case .inUse(let path):
            self.init(
                .failure, "somebody answers on \(path) already", hint: "stop the other bellpull, or choose another path"
            )
        case .notASocket(let path):
            self.init(.configuration, "\(path) is there and is not a socket", hint: "choose another path")
        case .pathTooLong(let path):
            self.init(.configuration, "\(path) is too long for a socket", hint: "choose a path of at most 107 bytes")
        case .refused(let path, let reason):
            self.init(
                .configuration, "cannot listen on \(path): \(reason)",
                hint: "does its folder exist, and may bellpull write there?")
        }
    }

    /// Says so on standard error, and ends the program.
    func exit() -> Never {
        var text = ""
        for (message, hint) in explanations {
            text += "bellpull: error: \(message)\n"
            if let hint { text += "bellpull: hint: \(hint)\n" }
        }
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
        Foundation.exit(kind.rawValue)
    }
}

extension ConfigurationIssue {
    /// The place and what is wrong there, unless the message names the place itself.
    var text: String { message.contains(place) ? message : "\(place): \(message)" }
}
