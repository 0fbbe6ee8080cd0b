internal import Webhook

extension Secret {
    /// The secret `text`, or `nil` if it is none. What is said of it calls it `name` and does not show it.
    init?(_ text: String, calledBy name: String, _ place: @autoclosure () -> String, _ diagnostics: inout Diagnostics) {
        let hint = "openssl rand -hex 20 makes one; give the same to the forge's webhook form"
        do throws(Weakness) {
            try self.init(text)
        } catch {
            switch error {
            case .empty: diagnostics.issue(place(), "\(name) is empty", hint: hint)
            case .tooShort: diagnostics.issue(place(), "\(name) is a single byte", hint: hint)
            case .notBase64:
                diagnostics.issue(
                    place(), "\(name) begins with whsec_, as a signing token does, but what follows is not base64",
                    hint: "copy the token from the forge again")
            }
            return nil
        }
        if isWeak {
            diagnostics.warning(place(), "\(name) is a secret of fewer than \(Self.advisable) bytes", hint: hint)
        }
    }
}
