internal import TOMLKit
internal import Text

/// A parsed TOML file.
///
/// TOMLKit (0.6) leaks tables and the copies of strings and key lists. `deinit` therefore empties the tables, and keys
/// are listed only to name an unknown key. About 300 bytes per file still leak.
final class Document {
    /// The file's path, escaped for display.
    let place: String
    /// The file's content.
    let table: TOMLTable
    private let text: String
    private(set) lazy var lines = LineIndex(text)

    /// The remedy for text that is not TOML.
    static let grammar = #"write key = value, with text in quotation marks: path = "/srv/blog""#

    /// The largest configuration file, in bytes.
    static let limit = 1 << 20

    /// Reads the file at `path`. After an error returns `nil`.
    ///
    /// - Parameter mayBeMissing: whether a missing file is no error.
    static func read(_ path: String, mayBeMissing: Bool = false, _ diagnostics: inout Diagnostics) -> Document? {
        let place = path.escapedForDisplay
        do throws(FileError) {
            let file = try PlainFile(at: path, limit: limit)
            if file.isWritableByOthers {
                diagnostics.warning(
                    at: place, "the file is writable by all users", hint: "chmod o-w \(ShellWord(path))")
            }
            return parse(file.text, place, &diagnostics)
        } catch {
            if error == .missing, mayBeMissing { return nil }
            diagnostics.error(at: place, error.message, hint: error.hint(path: path))
            return nil
        }
    }

    private static func parse(_ text: String, _ place: String, _ diagnostics: inout Diagnostics) -> Document? {
        do {
            return try Document(text, place: place)
        } catch {
            diagnostics.error(at: error.place, error.explanation)
            return nil
        }
    }

    /// Parses `text`, the content of the file that is displayed as `place`.
    init(_ text: String, place: String) throws(ConfigurationIssue) {
        self.place = place
        self.text = text
        if let issue = TOMLPreflight(text).issue {
            throw ConfigurationIssue("\(place):\(issue.line)", issue.explanation)
        }
        if text.utf8.contains(UInt8(ascii: "\\")), text.contains("\\u0000") || text.contains("\\U00000000") {
            throw ConfigurationIssue(
                place, "the file contains a NUL character, written \\u0000", hint: "remove the NUL character")
        }
        do {
            table = try TOMLTable(string: text)
        } catch {
            throw Self.issue(error, place: place)
        }
    }

    deinit { table.clear() }

    private static func issue(_ error: any Error, place: String) -> ConfigurationIssue {
        guard let error = error as? TOMLParseError else {
            return ConfigurationIssue(place, "is not TOML: \("\(error)".escapedForDisplay)", hint: grammar)
        }
        let start = error.source.begin
        // The parser's message is "Error while parsing key-value pair: encountered …". The second half is useful.
        var reason = error.description.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? error.description
        // A message about a malformed number begins with the number, and the number might be a secret.
        if reason.hasPrefix("'") { reason = "the value " + (reason.split(separator: "' ").last ?? "is wrong") }
        return ConfigurationIssue(
            "\(place):\(start.line)", "is not TOML at column \(start.column): \(Self.escaped(reason))",
            hint: Self.grammar)
    }

    /// Escapes the parser's message except for backslashes: the parser has escaped control characters already.
    private static func escaped(_ reason: String) -> String { reason.escapedForDisplay.replacing("\\\\", with: "\\") }
}
