internal import TOMLKit
internal import Text

/// A parsed TOML file.
///
/// TOMLKit (0.6) frees nothing: not its tables, and not the copies it makes of texts and lists of keys. So the tables
/// are emptied here when the document goes, and keys are only listed to say which of them is unknown. What remains is
/// some 300 bytes a file.
final class Document {
    /// The file's path, as it can be shown.
    let place: String
    /// All that is in the file.
    let table: TOMLTable
    private let text: String
    private(set) lazy var lines = LineIndex(text)

    /// What TOML is, for who has written something else.
    static let grammar =
        #"a line is a key, an equals sign and a value; a text stands in quotation marks: path = "/srv/blog""#

    /// The most bytes a configuration file may have.
    static let limit = 1 << 20

    /// Parses `text`, the content of the file that is shown as `place`.
    init(_ text: String, place: String) throws(ConfigurationIssue) {
        self.place = place
        self.text = text
        if let obstacle = TOMLPreflight(text).obstacle {
            throw ConfigurationIssue("\(place):\(obstacle.line)", obstacle.words, hint: obstacle.hint)
        }
        if text.utf8.contains(UInt8(ascii: "\\")), text.contains("\\u0000") || text.contains("\\U00000000") {
            throw ConfigurationIssue(place, "holds a NUL character, written \\u0000", hint: "leave it out")
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
            return ConfigurationIssue(place, "is not TOML: \("\(error)".escapedForDisplay)")
        }
        let start = error.source.begin
        // "Error while parsing key-value pair: encountered …": the second half is what helps.
        var reason = error.description.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? error.description
        // A number that is none is quoted first, and might be a secret of digits.
        if reason.hasPrefix("'") { reason = "the value " + (reason.split(separator: "' ").last ?? "is wrong") }
        return ConfigurationIssue(
            "\(place):\(start.line)",
            "is not TOML at line \(start.line), column \(start.column): \(Self.escaped(reason))",
            hint: Self.grammar)
    }

    /// The parser's words, where control characters are escaped already.
    private static func escaped(_ reason: String) -> String { reason.escapedForDisplay.replacing("\\\\", with: "\\") }
}
