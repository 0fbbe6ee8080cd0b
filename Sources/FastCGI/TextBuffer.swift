/// Text made of many short pieces, for replies and log lines. Appending them to a `String` would take four times as many
/// instructions.
package struct TextBuffer {
    private var bytes: [UInt8] = []

    /// Creates an empty text with room for `capacity` bytes.
    package init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Appends a literal.
    package mutating func append(literal: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends a text.
    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Appends a number in decimal.
    package mutating func append(_ number: Int64) { append(String(number)) }

    /// The bytes, in UTF-8.
    package var utf8: [UInt8] { bytes }

    /// The whole text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
