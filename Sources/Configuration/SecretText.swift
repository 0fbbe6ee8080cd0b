internal import Webhook

/// A text that should be a secret, with the words for messages. No message contains the text.
struct SecretText {
    let text: String
    /// The name in messages, such as `GITHUB_SECRET` or `line 2 of the secret file /etc/bellpull/secret`.
    let name: String
    /// The remedy for a missing or short secret.
    let hint: String

    /// The remedy for a secret that is not in a file.
    static let generate = "generate a secret and enter it in the forge's webhook form too: openssl rand -hex 20"

    /// Returns the secret, or `nil` after an error. Ignores a byte-order mark, which no secret begins with. Keeps
    /// blanks and quotation marks, which may be part of a secret, but warns of them.
    ///
    /// - Parameter place: the place of the secret, or of the setting with the secret's path.
    func secret(at place: @autoclosure () -> String, _ diagnostics: inout Diagnostics) -> Secret? {
        let hasMark = text.unicodeScalars.first == "\u{feff}"
        let text = hasMark ? String(text.unicodeScalars.dropFirst()) : text
        if hasMark {
            diagnostics.warning(
                at: place(), "\(name) begins with a byte-order mark, which bellpull ignores",
                hint: "save the secret as UTF-8 without a byte-order mark (BOM)")
        }
        do throws(Secret.Weakness) {
            let secret = try Secret(text)
            if let surplus = Self.surplus(in: text) {
                diagnostics.warning(
                    at: place(), "\(name) \(surplus), as part of the secret",
                    hint: "keep only the secret, exactly as in the forge's webhook form")
            }
            if secret.isWeak {
                diagnostics.warning(at: place(), "\(name) has fewer than \(Secret.advisable) bytes", hint: hint)
            }
            return secret
        } catch {
            switch error {
            case .empty: diagnostics.error(at: place(), "\(name) is empty", hint: hint)
            case .tooShort: diagnostics.error(at: place(), "\(name) has only 1 byte", hint: hint)
            case .notBase64:
                diagnostics.error(
                    at: place(), "\(name) starts with whsec_ like a signing token, but the rest is not base64",
                    hint: "copy the signing token from the forge again")
            }
            return nil
        }
    }

    /// Returns words for text around a secret that is there by mistake, most likely; `nil` if `text` looks fine.
    private static func surplus(in text: String) -> String? {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return nil }
        if isBlank(first) || isBlank(last) { return "begins or ends with a blank" }
        if text.utf8.count > 2, first == last, "\"'`".unicodeScalars.contains(first) { return "is in quotation marks" }
        // Base64 has equals signs only at its end.
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[1].contains(where: { $0 != "=" }), isVariableName(parts[0]) else { return nil }
        return "begins with NAME="
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || [.control, .format].contains(scalar.properties.generalCategory)
    }

    private static func isVariableName(_ text: Substring) -> Bool {
        let name = text.hasPrefix("export ") ? text.dropFirst(7) : text
        return !name.isEmpty && name.first?.isNumber == false
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
