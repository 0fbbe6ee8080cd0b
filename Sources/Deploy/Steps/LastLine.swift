internal import Foundation
internal import Processes

/// The last line of a command's output that is not blank: it usually says what went wrong.
struct LastLine {
    private static let limit = 400

    private var present: [UInt8] = []
    private var last: [UInt8] = []

    /// Reads a piece of the output.
    mutating func read(_ bytes: [UInt8]) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                finishLine()
            } else if present.count < Self.limit {
                present.append(byte)
            }
        }
    }

    private mutating func finishLine() {
        if present.contains(where: { $0 > UInt8(ascii: " ") }) { last = present }
        present.removeAll(keepingCapacity: true)
    }

    /// The line, without credentials in URLs; `nil` if there was none.
    var text: String? {
        var end = self
        end.finishLine()
        guard !end.last.isEmpty else { return nil }
        let text = String(decoding: end.last, as: UTF8.self).redactingCredentials
        return text.trimmingCharacters(in: .whitespaces)
    }
}
