/// What became of one try of a notice.
enum NoticeOutcome: Equatable {
    /// The receiver has the notice.
    case sent
    /// The try failed, and a later one may succeed. The receiver may have said when to try again.
    case failed(String, after: Duration? = nil)
    /// No later try can succeed.
    case rejected(String, hint: String?)
    /// Bellpull stops. The notice stays in the ledger.
    case cancelled
}
