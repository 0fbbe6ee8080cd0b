internal import Webhook

/// An environment variable with a secret, and beside it, with `_OLD` after its name, the one before it.
struct SecretVariable {
    private let name: String
    private let environment: [String: String]

    /// The variable `name`.
    init(_ name: String, _ environment: [String: String]) {
        self.name = name
        self.environment = environment
    }

    /// Whether a variable can be called `text`. Secrets hardly can.
    static func isName(_ text: String) -> Bool {
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
        return allowed && text.utf8.first.map { $0 > UInt8(ascii: "9") } ?? false
    }

    /// Whether there is such a variable, even an empty one.
    var isSet: Bool { environment[name] != nil }

    /// The secrets, or `nil` if there are none or bad ones.
    func secrets(mentionedAt place: @autoclosure () -> String, _ diagnostics: inout Diagnostics) -> Secrets? {
        let previous = "\(name)_OLD"
        let old = environment[previous].flatMap { $0.isEmpty ? nil : $0 }
        guard let text = environment[name] else {
            if old != nil { diagnostics.issue(place(), "\(previous) is set, and \(name) is not", hint: Self.hint) }
            return nil
        }
        let secret = Secret(text, calledBy: name, place(), &diagnostics)
        let oldSecret = old.flatMap { Secret($0, calledBy: previous, place(), &diagnostics) }
        return secret.map { Secrets($0, previous: oldSecret) }
    }

    private static let hint = "the secret in use goes without _OLD, the one before it with it"
}
