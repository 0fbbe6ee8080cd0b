public import Foundation
public import Text

/// What the reading of logs found besides the lines.
public struct AccessLogSummary: Sendable, Equatable {
    /// A line that is not of the format `bellpull`.
    public struct BadLine: Sendable, Equatable {
        /// The log.
        public let source: String
        /// The number of the line, from 1; `nil` if the beginning of the log was not read.
        public let number: Int?
        /// Why the line cannot be used.
        public let reason: String
        /// The beginning of the line, safe to show.
        public let beginning: String
    }

    /// How many bad lines are kept per log.
    public static let keptBadLines = 5

    /// The number of good lines.
    public internal(set) var lines = 0
    /// The number of bad lines.
    public internal(set) var bad = 0
    /// The number of good lines with a time in the future: the clock was wrong, then or now.
    public internal(set) var future = 0
    /// The first bad lines of each log.
    public internal(set) var badLines: [BadLine] = []
    /// The earliest time of a good line.
    public internal(set) var first: Date?
    /// The latest time of a good line that is not in the future.
    public internal(set) var last: Date?
    /// Whether a log was not read from its beginning.
    public internal(set) var isPartial = false
    /// The logs that could not be read to their end, and why.
    public internal(set) var problems: [Explanation] = []

    /// Creates the summary of no log.
    public init() {}
}
