internal import Foundation

/// One value in a well-formed JSON text.
struct JSONValue {
    /// The bytes of the value in the text.
    let bytes: [UInt8]

    init(_ text: UnsafeRawBufferPointer) {
        bytes = Array(text)
    }

    /// The string; `nil` for another value, or for a string with an incomplete surrogate pair.
    var string: String? {
        guard bytes.first == UInt8(ascii: "\"") else { return nil }
        guard bytes.contains(UInt8(ascii: "\\")) else {
            return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
        }
        return try? JSONDecoder().decode(String.self, from: Data(bytes))
    }

    /// The truth value; `nil` for another value.
    var bool: Bool? {
        if bytes.elementsEqual("true".utf8) { return true }
        return bytes.elementsEqual("false".utf8) ? false : nil
    }

    /// Whether the value is `null`. Bellpull treats `null` as a missing value.
    var isNull: Bool { bytes.elementsEqual("null".utf8) }
}
