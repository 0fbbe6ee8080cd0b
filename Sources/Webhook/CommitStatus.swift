/// What a forge shows beside a commit.
public struct CommitStatus: Codable, Sendable, Equatable {
    /// The state of a deployment, in words of no forge.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// The deployment is running.
        case pending
        /// The deployment has succeeded, or the site does not want the commit.
        case success
        /// The deployment has failed.
        case failure
        /// The commit does not go live: the site is pinned, or a newer push came first.
        case stopped
    }

    /// The state.
    public let state: State
    /// One line for people.
    public let description: String
    /// The address of the details; `nil` if there is none.
    public let link: String?

    /// Creates a status.
    public init(_ state: State, _ description: String, link: String? = nil) {
        self.state = state
        self.description = description
        self.link = link
    }
}
