internal import Webhook
internal import Text

/// A file with the current secret on line 1 and, while the secret is being replaced, the previous secret on line 2.
struct SecretFile {
    private let path: String
    /// Whether systemd made the file, with safe permissions.
    private let isCredential: Bool

    private static let limit = 4096

    /// The file's name in messages.
    private var name: String { "the secret file \(path.escapedForDisplay)" }
    private var word: ShellWord { ShellWord(path) }

    /// Creates the file at `path`.
    init(_ path: String, isCredential: Bool) {
        self.path = path
        self.isCredential = isCredential
    }

    /// Returns the secrets, or `nil` after an error.
    ///
    /// - Parameter place: the place of the file's path.
    func secrets(namedAt place: @autoclosure () -> String, _ diagnostics: inout Diagnostics) -> Secrets? {
        let file: PlainFile
        do throws(FileError) {
            file = try PlainFile(at: path, limit: Self.limit)
        } catch {
            diagnostics.error(at: place(), "\(name) \(error.message)", hint: hint(error))
            return nil
        }
        if !isCredential { checkPermissions(of: file, place(), &diagnostics) }

        let lines = Self.lines(of: file.text)
        guard lines.count <= 2 else {
            diagnostics.error(
                at: place(), "\(name) has \(lines.count) lines, but must have 1 or 2",
                hint: "write the current secret on line 1 and, while it is being replaced, the previous one on line 2")
            return nil
        }
        let secrets = lines.enumerated().map { index, line in
            let text =
                index == 0
                ? SecretText(text: line, name: name, hint: generate)
                : SecretText(
                    text: line, name: "line 2 of \(name)", hint: "write the previous secret on line 2, or remove line 2"
                )
            return text.secret(at: place(), &diagnostics)
        }
        guard let current = secrets.first ?? nil else { return nil }
        return Secrets(current, previous: secrets.count > 1 ? secrets[1] : nil)
    }

    /// Returns the lines without LF and CRLF. An empty file has one empty line.
    private static func lines(of text: String) -> [String] {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.count > 1, lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines.map { line in
            String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
        }
    }

    private func checkPermissions(
        of file: PlainFile, _ place: @autoclosure () -> String, _ diagnostics: inout Diagnostics
    ) {
        // Not 600: only root may write the file, but the service's own user must be able to read it.
        let hint = "chgrp \(ServiceGroup.name) \(word) && chmod 640 \(word)"
        if file.isReadableByOthers {
            diagnostics.warning(at: place(), "\(name) is readable by all users", hint: hint)
        }
        if file.isWritableByGroupOrOthers {
            diagnostics.warning(at: place(), "\(name) is writable by more than its owner", hint: hint)
        }
    }

    /// The remedy for a missing secret. A credential's source is a file that only systemd's configuration names.
    private var generate: String { isCredential ? SecretText.generate : "\(SecretText.generate) > \(word)" }

    private func hint(_ error: FileError) -> String {
        switch error {
        case .missing:
            // install(1) sets the permissions before the secret is in the file.
            "generate a secret and enter it in the forge's webhook form too: "
                + "install -D -m 640 -g \(ServiceGroup.name) /dev/null \(word) && openssl rand -hex 20 > \(word)"
        case .unreadable: error.hint(path: path, mode: "640")
        case .notUTF8, .containsNUL: "write a secret of one line to \(word); to generate one: openssl rand -hex 20"
        default: error.hint(path: path)
        }
    }
}
