public import Text

/// The error thrown when a repository must be left alone: a person is rebasing, or another git is running there.
public struct RepositoryBusy: Error, Sendable, Equatable {
    /// The reason to leave the repository alone, and the remedy.
    public let explanation: Explanation

    /// The reason, in one line.
    public var message: String { explanation.message }
    /// The remedy.
    public var hint: String? { explanation.hint }
}
