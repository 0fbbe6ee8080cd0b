import Foundation

/// A wait of a thread for a condition or a lock: the system call futex(2), as /proc shows it.
package struct FutexWait {
    /// Whether the wait ends at a set time.
    package let isTimed: Bool
    /// Whether the set time is a time of the wall clock (FUTEX_CLOCK_REALTIME).
    package let followsWallClock: Bool

    /// Reads what the thread does now; `nil` if the thread does not wait (proc(5), /proc/pid/task/tid/syscall).
    package init?(ofThread thread: pid_t, of process: pid_t = getpid()) {
        guard let line = try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/syscall", encoding: .utf8)
        else { return nil }
        // The number of the call, its arguments (address, operation, value, time, …), and two registers.
        let words = line.split(separator: " ")
        guard words.count == 9, words[0] == Self.call, let operation = Self.number(words[2]) else { return nil }
        isTimed = Self.number(words[4]) != 0
        followsWallClock = operation & 256 != 0
    }

    /// The number of the calling thread.
    package static var currentThread: pid_t {
        // The link says PID/task/TID.
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        return link?.split(separator: "/").last.flatMap { pid_t($0) } ?? 0
    }

    /// Returns all timed waits of the threads of `process`.
    package static func timed(in process: pid_t) throws -> [FutexWait] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task").compactMap { pid_t($0) }
            .compactMap { FutexWait(ofThread: $0, of: process) }.filter(\.isTimed)
    }

    #if arch(x86_64)
        private static let call = "202"
    #else
        private static let call = "98"
    #endif

    private static func number(_ word: Substring) -> UInt64? {
        word.hasPrefix("0x") ? UInt64(word.dropFirst(2), radix: 16) : nil
    }
}
