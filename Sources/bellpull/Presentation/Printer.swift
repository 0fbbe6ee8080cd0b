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

    /// Writes `text`. If that fails, exits with 1: without a word if the reader has closed the pipe, as `head` does, and
    /// with the reason otherwise, as on a full disk.
    private static func write(_ text: String) { print(bytes: Array(text.utf8)) }

    /// Writes `bytes` likewise.
    static func print(bytes: [UInt8]) {
        // A handler is not inherited by programs that are started later (execve(2)).
        signal(SIGPIPE) { _ in }
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { fail(errno) }
            bytes = bytes.dropFirst(count)
        }
    }

    private static func fail(_ reason: Int32) -> Never {
        if reason == EPIPE { exit(CommandError.Kind.failure.rawValue) }
        CommandError(.failure, "cannot write the output: \(String(cString: strerror(reason)))").exit()
    }
}
