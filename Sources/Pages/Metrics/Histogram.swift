/// The distribution of durations: how many were at most so long.
struct Histogram: Sendable {
    /// The upper limits of the buckets, in seconds, as text and as a duration.
    let limits: [(text: String, limit: Duration)]
    private(set) var counts: [Int]
    /// How many durations were recorded.
    private(set) var count = 0
    /// The sum of all durations.
    private(set) var sum = Duration.zero

    /// Of deployments: from a tenth of a second to ten minutes.
    static let ofDeployments = Histogram(["0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "60", "120", "300", "600"])
    /// Of the answers to deliveries: from five milliseconds to ten seconds.
    static let ofDeliveries = Histogram(["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"])

    private init(_ limits: [String]) {
        self.limits = limits.map { ($0, .milliseconds(Int64((Double($0) ?? 0) * 1000))) }
        counts = Array(repeating: 0, count: limits.count)
    }

    /// Records a duration.
    mutating func record(_ duration: Duration) {
        count += 1
        sum += duration
        if let index = limits.firstIndex(where: { duration <= $0.limit }) { counts[index] += 1 }
    }
}
