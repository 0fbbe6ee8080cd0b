/// The folders of a repository (gitrepository-layout(5)).
public struct RepositoryFolders: Equatable, Sendable {
    /// The work tree's own folder: `.git`, or in a linked worktree a folder named by the file `.git`.
    public let gitDirectory: String
    /// The folder of the objects and references, shared by all work trees of the repository.
    public let commonDirectory: String
}
