internal import Foundation

/// One value cut out of a JSON text, which has been found to be well-formed.
struct JSONValue {
    /// The value as it was written.
    let bytes: [UInt8]

    init(_ text: UnsafeRawBufferPointer) {
        bytes = Array(text)
    }

    /// The string it is; `nil` if it is something else, or not of whole characters.
    var string: String? {
        guard bytes.first == UInt8(ascii: "\"") else { return nil }
        guard bytes.contains(UInt8(ascii: "\\")) else {
            return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
        }
        return try? JSONDecoder().decode(String.self, from: Data(bytes))
    }

    /// The truth value it is; `nil` if it is something else.
    var bool: Bool? {
        if bytes.elementsEqual("true".utf8) { return true }
        return bytes.elementsEqual("false".utf8) ? false : nil
    }

    /// Whether it is `null`, which is no better than a value that is not there.
    var isNull: Bool { bytes.elementsEqual("null".utf8) }
}
