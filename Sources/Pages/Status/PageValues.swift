internal import Mustache
internal import Text

/// The values for a template. Each text is escaped when it is set, so the templates take all values with three braces.
///
/// A missing value is `false`, which hides a value of the same name around a list. A template uses such a value in a section.
struct PageValues {
    private var values: [String: Any] = [:]

    /// The values, as the template engine takes them.
    var all: [String: Any] { values }

    /// Sets a text of one line. Control and invisible characters are escaped, and a long text is cut.
    mutating func set(_ name: String, _ text: String?) {
        values[name] = text.map { $0.escapedForDisplay.markupEscaped } ?? false
    }

    /// Sets a text of one line that must not be cut, such as a remedy.
    mutating func set(_ name: String, whole text: String?) {
        values[name] = text.map { $0.remedyEscapedForDisplay.markupEscaped } ?? false
    }

    /// Sets a text of several lines.
    mutating func set(_ name: String, lines text: String) {
        values[name] = text.linesEscapedForDisplay.markupEscaped
    }

    /// Sets a number.
    mutating func set(_ name: String, number: Int?) { values[name] = number.map(String.init) ?? false }

    /// Sets a condition of a section.
    mutating func set(_ name: String, isTrue: Bool) { values[name] = isTrue }

    /// Sets a section that repeats.
    mutating func set(_ name: String, list: [PageValues]) { values[name] = list.map(\.all) }

    /// Sets a text that is markup already.
    mutating func set(_ name: String, markup: String) { values[name] = markup }
}
