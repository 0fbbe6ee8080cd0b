import Foundation
import TestSupport

/// nginx's access log, parsed as for an audit.
struct AccessLog: Sendable {
    let path: String

    /// A line of the access log.
    struct Entry: Decodable, Equatable {
        let time: String
        let request_id: String
        let remote: String
        let method: String
        let path: String
        let status: Int?
        let upstream_status: Int?
        let bytes: Int
        let request_time: Double
        let delivery: String
        let event: String
        let outcome: String
        let site: String
        let commit: String
        let duration_ms: Int?
        let reason: String
    }

    /// All complete lines.
    ///
    /// - Throws: `Trouble` if a line is not UTF-8, not JSON, or lacks a member.
    var entries: [Entry] {
        get throws {
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            // nginx may still write the text after the last line break.
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            return try lines.map { line in
                guard let text = String(validating: line, as: UTF8.self) else { throw Trouble("not UTF-8: \(line)") }
                do {
                    return try JSONDecoder().decode(Entry.self, from: Data(text.utf8))
                } catch {
                    throw Trouble("not a line of the log: \(text): \(error)")
                }
            }
        }
    }

    /// Waits for at least `count` lines, and returns all lines. nginx writes a line after its reply.
    func entries(_ count: Int) throws -> [Entry] {
        guard try Observation.eventually({ try entries.count >= count }) else {
            throw Trouble("\(try entries.count) lines in the access log, not \(count)")
        }
        return try entries
    }
}
