internal import Foundation
internal import Webhook
internal import Text

/// Reads secrets from files, from systemd's credentials and from environment variables.
///
/// No message contains a secret, nor a value that may be a secret in the wrong place.
struct SecretReader: Sendable {
    let source: ConfigurationSource

    /// Returns the place named by `secret_file` or `secret_variable` of `section`; `nil` without such a key, after an error,
    /// or if no secrets are to be read.
    func place(in section: Section, _ diagnostics: inout Diagnostics) -> SecretSource? {
        guard source.readsSecrets else { return nil }
        let file = section.text(.secretFile, &diagnostics)
        let variable = section.text(.secretVariable, &diagnostics)
        switch (file, variable) {
        case (let file?, nil): return file.hasPrefix("/") ? .file(file) : .credential(file)
        case (nil, let variable?): return .variable(variable)
        case (_?, _?):
            diagnostics.error(
                at: section.place(of: .secretVariable), "both secret_file and secret_variable are set",
                hint: "keep one of them: \(Key.secretFile.line) or \(Key.secretVariable.line)")
            return nil
        case (nil, nil): return nil
        }
    }

    /// Returns the secrets at `place`, which `section` names; `nil` without a place or after an error.
    func secrets(at place: SecretSource?, _ section: Section, _ diagnostics: inout Diagnostics) -> Secrets? {
        switch place {
        case .file(let path):
            let isCredential = credential("").map(path.hasPrefix) ?? false
            return SecretFile(path, isCredential: isCredential).secrets(
                namedAt: section.place(of: .secretFile), &diagnostics)
        case .credential(let name): return secrets(inCredential: name, section, &diagnostics)
        case .variable(let name): return secrets(inVariable: name, section, &diagnostics)
        case nil: return nil
        }
    }

    /// Returns the secrets for a main file that names none: from the credential `secret`, else from GITHUB_SECRET.
    func defaultSecrets(_ diagnostics: inout Diagnostics) -> Secrets? {
        guard source.readsSecrets else { return nil }
        if let path = credential("secret"), FileManager.default.fileExists(atPath: path) {
            return SecretFile(path, isCredential: true).secrets(namedAt: path.escapedForDisplay, &diagnostics)
        }
        return SecretVariable("GITHUB_SECRET", source.environment).secrets(namedAt: "GITHUB_SECRET", &diagnostics)
    }

    /// Whether the service has the credential `secret` and this process cannot read it.
    var hasUnseenSecret: Bool { source.unseenCredentials?.contains("secret") ?? false }

    private func secrets(inCredential name: String, _ section: Section, _ diagnostics: inout Diagnostics) -> Secrets? {
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/") else {
            diagnostics.error(
                at: section.place(of: .secretFile),
                "secret_file is neither an absolute path nor the name of a credential", hint: Key.secretFile.line)
            return nil
        }
        guard source.unseenCredentials == nil || credential(name) != nil else {
            diagnostics.warning(
                at: section.place(of: .secretFile),
                "secret_file names a credential that only the service can read; the secret was not checked",
                hint:
                    "\(ServiceUnit.current.service) needs LoadCredential=NAME:/PATH: systemctl cat \(ServiceUnit.current)"
            )
            return nil
        }
        guard let path = credential(name), FileManager.default.fileExists(atPath: path) else {
            diagnostics.error(
                at: section.place(of: .secretFile),
                "secret_file names a credential that systemd did not pass to bellpull",
                hint: "write an absolute path, such as \(Key.secretFile.line); "
                    + "or add LoadCredential=NAME:/PATH to [Service]: systemctl edit \(ServiceUnit.current)")
            return nil
        }
        return SecretFile(path, isCredential: true).secrets(namedAt: section.place(of: .secretFile), &diagnostics)
    }

    private func secrets(inVariable name: String, _ section: Section, _ diagnostics: inout Diagnostics) -> Secrets? {
        guard SecretVariable.isName(name) else {
            diagnostics.error(
                at: section.place(of: .secretVariable),
                "secret_variable is not a name of capitals, digits and _", hint: Key.secretVariable.line)
            return nil
        }
        let variable = SecretVariable(name, source.environment)
        guard variable.isSet else {
            let name = name.escapedForDisplay
            diagnostics.error(
                at: section.place(of: .secretVariable), "the environment variable \(name) is not set",
                hint:
                    "add the line \(name)=SECRET to /etc/bellpull/environment; to generate SECRET: openssl rand -hex 20"
            )
            return nil
        }
        return variable.secrets(namedAt: section.place(of: .secretVariable), &diagnostics)
    }

    private func credential(_ name: String) -> String? {
        source.variable("CREDENTIALS_DIRECTORY").map { "\($0)/\(name)" }
    }
}
