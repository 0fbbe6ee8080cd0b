internal import Text

/// A file with one line that only root and Bellpull's user may read, such as a token. No message contains the line.
struct PrivateLine {
    let text: String

    private static let limit = 4096

    /// Reads the file that `key` of `section` names; `nil` without the key or after an error.
    ///
    /// - Parameters:
    ///   - name: the file in messages, such as `the token file`.
    ///   - create: returns the command that makes the file; its argument is the quoted path.
    init?(
        _ key: Key, _ section: Section, name: String, create: (ShellWord) -> String, _ diagnostics: inout Diagnostics
    ) {
        guard let path = Self.path(key, section, &diagnostics) else { return nil }
        let place = section.place(of: key)
        let name = "\(name) \(path.escapedForDisplay)"
        let word = ShellWord(path)
        let safe = "chown root:\(ServiceGroup.name) \(word) && chmod 640 \(word)"
        func refuse(_ fact: String, _ hint: String) { diagnostics.error(at: place, "\(name) \(fact)", hint: hint) }
        do throws(FileError) {
            let file = try PlainFile(at: path, limit: Self.limit)
            let line = file.text.hasSuffix("\n") ? file.text.dropLast() : file.text[...]
            if !file.isOurs {
                refuse("belongs to neither root nor Bellpull's user", safe)
            } else if file.isWritableByGroupOrOthers {
                refuse("is writable by more than its owner", safe)
            } else if file.isReadableByOthers {
                refuse("is readable by all users", safe)
            } else if line.isEmpty {
                refuse("is empty", create(word))
            } else if !line.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
                refuse("has more than one line, or a character that no token has", create(word))
            } else {
                text = String(line)
                return
            }
        } catch {
            refuse(error.message, error == .missing ? create(word) : error.hint(path: path, mode: "640"))
        }
        return nil
    }

    /// Returns the absolute path at `key`; `nil` without the key or after an error.
    static func path(_ key: Key, _ section: Section, _ diagnostics: inout Diagnostics) -> String? {
        guard let text = section.text(key, &diagnostics) else { return nil }
        if let path = SitePath(text)?.text { return path }
        section.refuse(
            key, text, "\(key.name) is not an absolute path: \(text.escapedForDisplay)", hint: key.line, &diagnostics)
        return nil
    }
}
