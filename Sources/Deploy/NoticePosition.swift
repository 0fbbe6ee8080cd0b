/// How far the finished deployments have been turned into notices. Positions are numbers of receipts.
public struct NoticePosition: Sendable, Equatable {
    /// The last deployment that was read.
    public let number: Int64
    /// The position at which each site that sends notices began to do so. Earlier deployments are not news.
    public let since: [String: Int64]

    /// Creates a position.
    public init(number: Int64, since: [String: Int64]) {
        self.number = number
        self.since = since
    }
}
