internal import Foundation
internal import Processes

/// The line of a command's output that says what went wrong: the last line with `error:` or `fatal:`, or else the last line
/// that is not blank. Hugo, for example, says afterwards how long it took.
struct LastLine {
    private static let limit = 400

    private var present: [UInt8] = []
    private var last: [UInt8] = []
    private var error: [UInt8] = []

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
        if Self.isError(present) { error = present }
        present.removeAll(keepingCapacity: true)
    }

    private static func isError(_ line: [UInt8]) -> Bool {
        // Compares bytes: an output may have millions of lines.
        for (index, byte) in line.enumerated() where byte == UInt8(ascii: ":") && index >= 5 {
            let word = line[(index - 5)..<index].lazy.map { $0 | 0x20 }
            if word.elementsEqual("error".utf8) || word.elementsEqual("fatal".utf8) { return true }
        }
        return false
    }

    /// The line, without credentials in URLs; `nil` if there was none.
    var text: String? {
        var end = self
        end.finishLine()
        guard !end.last.isEmpty else { return nil }
        let line = end.error.isEmpty ? end.last : end.error
        let text = String(decoding: line, as: UTF8.self).redactingCredentials
        return text.trimmingCharacters(in: .whitespaces)
    }
}
