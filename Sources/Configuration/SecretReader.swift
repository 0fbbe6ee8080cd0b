internal import Foundation
internal import Webhook
internal import Text

/// Reads secrets from files, from systemd's credentials and from environment variables. What a secret is, or might be
/// as when it was written in the wrong place, is never part of a message.
struct SecretReader: Sendable {
    let source: ConfigurationSource

    /// The secrets that `section` names with `secret_file` or `secret_variable`; `nil` if it names none, or wrong ones.
    func secrets(in section: Section, _ diagnostics: inout Diagnostics) -> Secrets? {
        guard source.readsSecrets else { return nil }
        let file = section.text(.secretFile, &diagnostics)
        let variable = section.text(.secretVariable, &diagnostics)
        switch (file, variable) {
        case (let file?, nil): return secrets(inFile: file, section, &diagnostics)
        case (nil, let variable?): return secrets(inVariable: variable, section, &diagnostics)
        case (_?, _?):
            diagnostics.issue(
                section.place(of: .secretVariable), "there are both secret_file and secret_variable",
                hint: "one of them")
            return nil
        case (nil, nil): return nil
        }
    }

    /// The secrets where no file names any: the credential called `secret`, or else GITHUB_SECRET.
    func defaultSecrets(_ diagnostics: inout Diagnostics) -> Secrets? {
        guard source.readsSecrets else { return nil }
        if let path = credential("secret"), FileManager.default.fileExists(atPath: path) {
            return SecretFile(path, isCredential: true).secrets(mentionedAt: path.escapedForDisplay, &diagnostics)
        }
        return SecretVariable("GITHUB_SECRET", source.environment).secrets(mentionedAt: "GITHUB_SECRET", &diagnostics)
    }

    /// Whether the service has the credential called `secret`, though it cannot be seen from here.
    var hasUnseenSecret: Bool { source.unseenCredentials?.contains("secret") ?? false }

    private func secrets(inFile name: String, _ section: Section, _ diagnostics: inout Diagnostics) -> Secrets? {
        if name.hasPrefix("/") {
            let isCredential = credential("").map(name.hasPrefix) ?? false
            return SecretFile(name, isCredential: isCredential).secrets(
                mentionedAt: section.place(of: .secretFile), &diagnostics)
        }
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/") else {
            diagnostics.issue(
                section.place(of: .secretFile), "secret_file is neither an absolute path nor the name of a credential",
                hint: Key.secretFile.line)
            return nil
        }
        guard source.unseenCredentials == nil || credential(name) != nil else {
            diagnostics.warning(
                section.place(of: .secretFile),
                "secret_file names a credential, which systemd passes to the service alone; it was not looked at",
                hint:
                    "LoadCredential=\(name.escapedForDisplay):/PATH has to be in bellpull.service: systemctl cat bellpull"
            )
            return nil
        }
        guard let path = credential(name), FileManager.default.fileExists(atPath: path) else {
            diagnostics.issue(
                section.place(of: .secretFile), "secret_file names a credential that systemd did not pass on",
                hint: "LoadCredential=NAME:/PATH in bellpull.service; or a path, \(Key.secretFile.line)")
            return nil
        }
        return SecretFile(path, isCredential: true).secrets(mentionedAt: section.place(of: .secretFile), &diagnostics)
    }

    private func secrets(inVariable name: String, _ section: Section, _ diagnostics: inout Diagnostics) -> Secrets? {
        guard SecretVariable.isName(name) else {
            diagnostics.issue(
                section.place(of: .secretVariable),
                "secret_variable is not the name of an environment variable: capitals, digits and _",
                hint: Key.secretVariable.line)
            return nil
        }
        let variable = SecretVariable(name, source.environment)
        guard variable.isSet else {
            diagnostics.issue(
                section.place(of: .secretVariable), "the environment variable \(name.escapedForDisplay) is not set",
                hint: "add it to /etc/bellpull/environment")
            return nil
        }
        return variable.secrets(mentionedAt: section.place(of: .secretVariable), &diagnostics)
    }

    private func credential(_ name: String) -> String? {
        source.variable("CREDENTIALS_DIRECTORY").map { "\($0)/\(name)" }
    }
}
