import Foundation
import Processes
import TestSupport
import Testing

@Suite struct `the memory of the process` {
    /// The resident pages of files in KiB (proc_pid_status(5)).
    private var files: Int {
        get throws {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("RssFile:") } ?? ""
            return try #require(Int(line.filter(\.isNumber)))
        }
    }

    @Test func `is smaller without code that was needed before`() throws {
        let before = try files
        ProcessMemory.trim()
        let after = try files
        #expect(after < before - 1024, "\(before) KiB, then \(after) KiB")
        // Code and constants come back as they were.
        #expect(String(describing: [1: "a"]) == "[1: \"a\"]")
    }
}
