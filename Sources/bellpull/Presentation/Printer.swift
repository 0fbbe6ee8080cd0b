import Foundation

/// Prints the results of a command to standard output.
enum Printer {
    static func print(_ lines: [String]) { write(lines.map { $0 + "\n" }.joined()) }

    static func print(_ table: Table) { print(table.lines(on: .current)) }

    /// Prints `value` as one JSON text.
    static func print(json value: some Encodable) throws { write(try json(value) + "\n") }

    /// Encodes `value` as indented JSON, with names in `snake_case` and in alphabetical order.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Writes `text` and ignores errors: a reader such as `head` may close the pipe early.
    private static func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
