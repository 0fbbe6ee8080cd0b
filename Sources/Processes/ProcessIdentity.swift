internal import Foundation

/// One process, told apart from a later process with the same number by the time of its start.
struct ProcessIdentity: Equatable {
    let number: Int32
    /// The time of the start, in clock ticks after the boot (proc(5), "starttime").
    let start: UInt64

    /// The running program itself.
    static let current = ProcessIdentity(getpid())

    init(number: Int32, start: UInt64) {
        self.number = number
        self.start = start
    }

    /// Reads the identity of the running process `number`. Returns `nil` if there is no such process.
    init?(_ number: Int32) {
        guard let text = FileManager.default.contents(atPath: "/proc/\(number)/stat"),
            // The name of the program, in parentheses, may hold any character.
            let end = text.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = String(decoding: text[(end + 1)...], as: UTF8.self).split(separator: " ")
        // The fields after the name start with the third.
        guard fields.count > 19, let start = UInt64(fields[19]), fields[0] != "Z" else { return nil }
        self.init(number: number, start: start)
    }
}
