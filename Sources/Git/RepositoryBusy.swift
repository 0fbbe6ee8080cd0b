public import Text

/// The error thrown when a repository must be left alone: a person is rebasing, or another git process is running there.
public struct RepositoryBusy: Error, Sendable, Equatable {
    /// What is going on in the repository, and what to do.
    public let explanation: Explanation

    /// What is going on in the repository, in one line.
    public var message: String { explanation.message }
    /// What to do.
    public var hint: String? { explanation.hint }
}
