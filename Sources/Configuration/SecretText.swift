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

    /// Returns the secret, or `nil` after an error.
    ///
    /// - Parameter place: the place of the secret, or of the setting with the secret's path.
    func secret(at place: @autoclosure () -> String, _ diagnostics: inout Diagnostics) -> Secret? {
        do throws(Secret.Weakness) {
            let secret = try Secret(text)
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
}
