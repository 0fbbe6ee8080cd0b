/// An event that a site can send notices about.
public enum NoticeEvent: String, Sendable, CaseIterable {
    /// A deployment failed, and the one before did not.
    case failed
    /// A deployment succeeded, and the one before failed.
    case recovered
    /// A deployment changed what is live.
    case deployed
    /// A person went back to an earlier commit.
    case rolledBack = "rolled-back"
}
