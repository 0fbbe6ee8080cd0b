import Foundation

/// Prints what a command has to say on standard output.
enum Printer {
    static func print(_ lines: [String]) { write(lines.map { $0 + "\n" }.joined()) }

    static func print(_ table: Table) { print(table.lines(on: .current)) }

    /// Prints one JSON text, with names `like_this`.
    static func print(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }

    /// A reader that has gone, such as `head`, is no error.
    private static func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
