public import Logging

/// A delivery after its reply.
public struct AnsweredDelivery: Sendable {
    /// The site whose own hook took the delivery; `nil` for the shared hook.
    let hook: String?
    let report: Report
    /// The time between the arrival and the reply, in milliseconds.
    public let milliseconds: Int64

    /// The outcome, such as `ping`, `deployed` or `rejected`.
    public var outcome: String { report.outcome.description }

    /// The line of the log.
    public var line: String { report.line(after: milliseconds) }

    /// The level of the line.
    public var level: Logger.Level {
        switch report.status {
        case 500...: .error
        case 400...: .warning
        default: .info
        }
    }
}
