internal import Webhook
internal import Text

/// A file with a secret a line: the one in use and, while it is being replaced, the one before it.
struct SecretFile {
    private let path: String
    /// Whether systemd made it, which sees to its permissions.
    private let isCredential: Bool

    private static let limit = 4096

    /// The file at `path`.
    init(_ path: String, isCredential: Bool) {
        self.path = path
        self.isCredential = isCredential
    }

    /// The secrets, or `nil` if there are none or bad ones.
    ///
    /// - Parameter place: where the file is named.
    func secrets(mentionedAt place: @autoclosure () -> String, _ diagnostics: inout Diagnostics) -> Secrets? {
        let name = "the secret file \(path.escapedForDisplay)"
        let file: PlainFile
        do throws(FileTrouble) {
            file = try PlainFile(at: path, limit: Self.limit)
        } catch {
            diagnostics.issue(place(), "\(name) \(error.message)", hint: hint(error))
            return nil
        }
        if !isCredential { warn(of: file, place(), &diagnostics) }

        let lines = Self.lines(of: file.text)
        guard lines.count <= 2 else {
            diagnostics.issue(
                place(), "\(name) has \(lines.count) lines",
                hint: "one line with the secret, and while it is being replaced a second one with the one before it")
            return nil
        }
        let secrets = lines.enumerated().map { index, line in
            Secret(line, calledBy: index == 0 ? name : "line 2 of \(name)", place(), &diagnostics)
        }
        guard let current = secrets.first ?? nil else { return nil }
        return Secrets(current, previous: secrets.count > 1 ? secrets[1] : nil)
    }

    /// The lines without their ends. An empty file has an empty one.
    private static func lines(of text: String) -> [String] {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.count > 1, lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines.map { line in
            String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
        }
    }

    private func warn(of file: PlainFile, _ place: @autoclosure () -> String, _ diagnostics: inout Diagnostics) {
        let path = path.escapedForDisplay
        if file.isReadableByOthers {
            diagnostics.warning(
                place(), "everybody can read the secret file \(path)", hint: "chmod 600 \(path), or 640")
        }
        if file.isWritableByGroupOrOthers {
            diagnostics.warning(
                place(), "more than its owner can write the secret file \(path)", hint: "chmod 600 \(path), or 640")
        }
    }

    private func hint(_ trouble: FileTrouble) -> String {
        switch trouble {
        case .missing: "openssl rand -hex 20 > \(path.escapedForDisplay), and chmod 600"
        case .unreadable(let user):
            "chgrp \(user) \(path.escapedForDisplay) and chmod 640, or LoadCredential=NAME:\(path.escapedForDisplay) in bellpull.service"
        case .notUTF8, .holdsNUL, .tooLarge: "openssl rand -hex 20 makes a secret that is one line of text"
        default: trouble.hint(path: path)
        }
    }
}
