public import Processes
public import Text
internal import Foundation

/// A git repository with a work tree: the folder of a site.
///
/// `BranchClone` and `DetachedClone` conform. A strategy needs only this protocol to open, lock and inspect either.
public protocol WorkingClone: Repository {
    /// The folder of the work tree: an absolute path without symbolic links. Git runs there.
    var path: String { get }

    /// The commit at HEAD, read from the repository's files without a git process.
    var head: Commit? { get }
    /// Whether the repository is still where it was when it was opened.
    var isInPlace: Bool { get }
    /// The first folder or file of a fetch that this user may not write to, or `nil`.
    var unwritablePath: String? { get }
    /// A rebase that stopped for a person to act, and must be left to that person, or `nil`.
    var stoppedRebase: Explanation? { get }

    /// Opens the clone at `path`.
    ///
    /// - Parameter limits: how long git may take.
    static func open(at path: String, _ limits: Limits) throws(CloneError) -> Self
    /// Returns the folders of the repository of the clone at `path` without opening the clone.
    ///
    /// - Parameter limits: how long git may take.
    static func folders(at path: String, _ limits: Limits) throws(CloneError) -> RepositoryFolders

    /// Returns the clone with another setup of git.
    func using(_ git: Git) -> Self

    /// Returns whether all tracked files are as in HEAD. Submodules are not compared: `git pull` does not move them.
    func isClean(_ limits: Limits) throws(GitError) -> Bool
}

extension WorkingClone {
    /// The folders of the repository.
    public var folders: RepositoryFolders {
        RepositoryFolders(gitDirectory: gitDirectory, commonDirectory: commonDirectory)
    }

    /// Returns the folders of the repository of the clone at `path`, by asking git.
    public static func folders(at path: String, _ limits: Limits) throws(CloneError) -> RepositoryFolders {
        let layout = try RepositoryLayout.find(path, limits)
        return RepositoryFolders(gitDirectory: layout.gitDirectory, commonDirectory: layout.commonDirectory)
    }

    /// Returns whether all tracked files are as in HEAD, without regard to submodules.
    public func isClean(_ limits: Limits) throws(GitError) -> Bool { try areClean([], limits) }
}

extension WorkingClone {
    /// Returns the commit at HEAD of the clone at `path`, read from the repository's files without a git process, or
    /// `nil` if the files do not tell, as in a linked worktree.
    public static func commit(at path: String) -> Commit? {
        let references = References(gitDirectory: "\(path)/.git", commonDirectory: "\(path)/.git")
        return references.head.flatMap(references.commit(of:)) ?? references.detachedHead
    }

    /// Checks the folder at `path` without running git. Returns the first problem found: `open` would fail, too.
    public static func precheck(at path: String) -> CloneError? {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing(path: path) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .notAFolder(path: path) }
        guard access("\(path)/.git", F_OK) == 0 else { return .notAClone(path: path) }
        guard status.st_uid == geteuid() else {
            return .foreignOwner(path: path, owner: name(of: status.st_uid), user: NSUserName())
        }
        return nil
    }

    private static func name(of user: uid_t) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "user \(user)"
    }
}
