internal import Foundation

/// A git repository with a remote, with or without a work tree.
public protocol Repository: Sendable {
    /// The repository's own folder: `.git`, a bare repository, or in a linked worktree a folder named by the file `.git`.
    var gitDirectory: String { get }
    /// The folder of the objects and references, shared by all work trees of the repository.
    var commonDirectory: String { get }
    /// The name of the remote, such as `origin`.
    var remote: String { get }
    /// Git, set up to run in the repository.
    var git: Git { get }
}

extension Repository {
    /// Whether `HEAD` still exists in `gitDirectory`.
    public var isInPlace: Bool { access("\(gitDirectory)/HEAD", F_OK) == 0 }

    /// The first folder or file of a fetch that this user may not write to, or `nil`.
    public var unwritablePath: String? { references.unwritablePath }

    /// The commit of the last fetch, the first in `FETCH_HEAD`, or `nil` if there is none.
    var fetchedCommit: Commit? { references.fetched }

    var references: References { References(gitDirectory: gitDirectory, commonDirectory: commonDirectory) }
}
