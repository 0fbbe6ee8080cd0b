/// How far the finished deployments of a site have been turned into notices. Positions are numbers of receipts.
public struct NoticePosition: Sendable, Equatable {
    /// The position when the site began to send notices. Earlier deployments are not news.
    public let since: Int64
    /// The last deployment that was read.
    public let number: Int64

    /// Creates a position.
    public init(since: Int64, number: Int64) {
        self.since = since
        self.number = number
    }
}
