internal import Webhook

/// An environment variable with the current secret, and a second variable, `NAME_OLD`, with the previous secret.
struct SecretVariable {
    private let name: String
    private let environment: [String: String]

    /// Creates the variable `name` of `environment`.
    init(_ name: String, _ environment: [String: String]) {
        self.name = name
        self.environment = environment
    }

    /// Whether `text` is a valid name: capitals, digits and `_`. Few secrets are.
    static func isName(_ text: String) -> Bool {
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
        return allowed && text.utf8.first.map { $0 > UInt8(ascii: "9") } ?? false
    }

    /// Whether the variable exists, empty or not.
    var isSet: Bool { environment[name] != nil }

    /// Returns the secrets, or `nil` if the variable is not set or after an error.
    ///
    /// - Parameter place: the place of the variable's name.
    func secrets(namedAt place: @autoclosure () -> String, _ diagnostics: inout Diagnostics) -> Secrets? {
        let previous = "\(name)_OLD"
        let old = environment[previous].flatMap { $0.isEmpty ? nil : $0 }
        guard let text = environment[name] else {
            if old != nil {
                diagnostics.error(
                    at: place(), "\(previous) is set, but \(name) is not",
                    hint: "set \(name) to the current secret; \(previous) is for the previous secret")
            }
            return nil
        }
        let secret = SecretText(text: text, name: name, hint: SecretText.generate).secret(at: place(), &diagnostics)
        let hint = "set \(previous) to the previous secret, or remove \(previous)"
        let oldSecret = old.flatMap {
            SecretText(text: $0, name: previous, hint: hint).secret(at: place(), &diagnostics)
        }
        return secret.map { Secrets($0, previous: oldSecret) }
    }
}
