import AccessLog
import Foundation

/// Counts of the lines of a log.
struct AuditTotals {
    /// How many different addresses are counted. An attacker may have any number of addresses.
    private static let addresses = 100_000
    /// How many different outcomes are counted. The log may not be nginx's.
    private static let words = 50
    private static let refusals: Set<String> = ["rejected", "refused", "malformed"]

    private(set) var outcomes: [String: Int] = [:]
    private var durations: [Int: Int] = [:]
    private var refused: [String: Int] = [:]
    private var otherRefused = 0

    mutating func add(_ line: AccessLogLine) {
        let outcome = line.outcome ?? "answered by nginx"
        outcomes[outcomes.count < Self.words || outcomes[outcome] != nil ? outcome : "other", default: 0] += 1
        if let duration = line.duration { durations[Int(duration / .milliseconds(1)), default: 0] += 1 }
        guard line.outcome.map(Self.refusals.contains) ?? ((400..<500).contains(line.status ?? 0)) else { return }
        if refused.count < Self.addresses || refused[line.remote] != nil {
            refused[line.remote, default: 0] += 1
        } else {
            otherRefused += 1
        }
    }

    /// A percentile of the durations: at least this part of all replies took at most so many milliseconds.
    struct Percentiles: Encodable, Equatable {
        let p50, p90, p99, max: Int
    }

    /// The percentiles of the durations; `nil` without a duration.
    var percentiles: Percentiles? {
        let sorted = durations.sorted { $0.key < $1.key }
        guard let longest = sorted.last?.key else { return nil }
        let count = durations.values.reduce(0, +)
        func percentile(_ part: Int) -> Int {
            var left = (count * part + 99) / 100
            for (milliseconds, count) in sorted {
                left -= count
                if left <= 0 { return milliseconds }
            }
            return longest
        }
        return Percentiles(p50: percentile(50), p90: percentile(90), p99: percentile(99), max: longest)
    }

    struct Refusals: Encodable, Equatable {
        let remote: String
        let count: Int
    }

    /// The addresses with the most refused requests, five at most.
    var topRefusals: [Refusals] {
        refused.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5).map {
            Refusals(remote: $0.key, count: $0.value)
        }
    }

    /// How many requests were refused, and from how many addresses at least.
    var refusalCount: (requests: Int, addresses: Int) { (refused.values.reduce(otherRefused, +), refused.count) }
}
