internal import Foundation

/// One value cut out of a JSON text, which has been found to be well-formed.
struct JSONValue {
    private let text: [UInt8]

    init(_ text: UnsafeRawBufferPointer) {
        self.text = Array(text)
    }

    /// The string it is; `nil` if it is something else, or not of whole characters.
    var string: String? {
        guard text.first == UInt8(ascii: "\"") else { return nil }
        guard text.contains(UInt8(ascii: "\\")) else {
            return String(decoding: text.dropFirst().dropLast(), as: UTF8.self)
        }
        return try? JSONDecoder().decode(String.self, from: Data(text))
    }

    /// Whether it is `true`.
    var isTrue: Bool { text.elementsEqual("true".utf8) }
}
