import Foundation
import Git
import Testing

/// Facts about processes, threads and descriptors from the system (proc(5)).
package enum Observation {
    /// Waits up to `time` for `condition`, and returns whether the condition holds.
    package static func eventually(
        within time: Duration = .seconds(10), _ condition: () throws -> Bool
    ) rethrows -> Bool {
        let deadline = ContinuousClock.now + time
        while ContinuousClock.now < deadline {
            if try condition() { return true }
            usleep(5_000)
        }
        return try condition()
    }

    /// Whether a process listens on the unix socket at `path` (/proc/net/unix, flag SO_ACCEPTCON). The file of a socket exists
    /// before a process listens.
    package static func isListening(at path: String) -> Bool {
        // The name of another program's socket need not be UTF-8.
        let bytes = FileManager.default.contents(atPath: "/proc/net/unix") ?? Data()
        let table = String(decoding: bytes, as: UTF8.self)
        return table.split(separator: "\n").contains { $0.hasSuffix(" \(path)") && $0.contains(" 00010000 ") }
    }

    /// Whether the process runs. A process that has exited does not run, even before anyone waited for the process.
    package static func isRunning(_ process: Int32) -> Bool {
        guard let state = state(of: process) else { return false }
        return state != "Z" && state != "X"
    }

    /// The letter of proc_pid_stat(5); `nil` if the process does not exist.
    package static func state(of process: Int32) -> Character? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        return text.lastIndex(of: ")").flatMap { text[$0...].dropFirst(2).first }
    }

    /// Waits for a command to write its process id to `file`, and returns the id.
    package static func process(in file: String) throws -> Int32 {
        var number: Int32?
        _ = eventually {
            let text = try? String(contentsOfFile: file, encoding: .utf8)
            number = text.flatMap { $0.hasSuffix("\n") ? Int32($0.dropLast()) : nil }
            return number != nil
        }
        return try #require(number)
    }

    /// How many open descriptors the test process has.
    package static func descriptorCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    /// A number of /proc/self/status, such as `Threads` or `VmRSS` in KiB.
    package static func status(_ name: String) throws -> Int {
        let data = try #require(FileManager.default.contents(atPath: "/proc/self/status"))
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return try #require(line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }
}
