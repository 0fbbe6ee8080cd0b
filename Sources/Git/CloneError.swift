public import Text
internal import Processes
internal import Foundation

/// The reasons why the folder of a site cannot be used as a clone.
public enum CloneError: Error, Sendable, Equatable {
    /// The path does not exist.
    case missing(path: String)
    /// The path is not a folder.
    case notAFolder(path: String)
    /// The folder is not in a repository.
    case notAClone(path: String)
    /// The folder is inside the clone at `root`.
    case insideClone(path: String, root: String)
    /// The repository has no work tree.
    case bare(path: String)
    /// The clone belongs to another user, and git refuses to work there (git-config(1), `safe.directory`).
    case foreignOwner(path: String, owner: String, user: String)
    /// Git works in the clone, but `user` may not write to its `.git`.
    case readOnly(path: String, user: String)
    /// The file system with the clone is read-only, perhaps only for the service.
    case readOnlyFileSystem(path: String)
    /// HEAD is not on a branch. `branch` is the only branch of the clone.
    case detachedHead(path: String, branch: String? = nil)
    /// The branch has no upstream. `remote` is the remote of the clone.
    case noUpstream(path: String, branch: String, remote: String? = "origin")
    /// The clone has no remote.
    case noRemote(path: String)
    /// The remote's URL has no path.
    case unknownRepository(path: String, url: String)
    /// The remote's URL names the repository without an owner, and the configuration does not name the repository.
    case noOwner(path: String, repository: String)
    /// Git failed for another reason.
    case git(path: String, GitError)

    /// The message and the hint.
    public var explanation: Explanation { Explanation(message, hint: hint) }

    /// The problem, in one line.
    public var message: String {
        switch self {
        case .missing(let path): "\(path) does not exist"
        case .notAFolder(let path): "\(path) is not a folder"
        case .notAClone(let path): "\(path) is not a git clone"
        case .insideClone(let path, let root): "\(path) is a folder inside the clone \(root)"
        case .bare(let path): "\(path) is a bare repository, without files to deploy"
        case .foreignOwner(let path, let owner, let user): "\(path) belongs to \(owner), but bellpull runs as \(user)"
        case .readOnly(let path, let user):
            "\(path)/.git is not writable by \(user), and bellpull runs as \(user)"
        case .readOnlyFileSystem(let path): "\(path)/.git is on a file system that bellpull may only read"
        case .detachedHead(let path, _): "\(path) is not on a branch (detached HEAD)"
        case .noUpstream(let path, let branch, _): "the branch \(branch) of \(path) has no upstream to pull from"
        case .noRemote(let path): "\(path) has no remote to fetch from"
        case .unknownRepository(let path, let url):
            "the remote of \(path), \(url.redactingCredentials), does not end in owner/name"
        case .noOwner(let path, let repository):
            "the remote of \(path) ends in \(repository), without an owner, so no push can be matched to it"
        case .git(let path, let error): "\(path): \(error)"
        }
    }

    /// The remedy, with words in capitals to replace; `nil` if the message has to do.
    public var hint: String? { remedy?.description }
}

extension CloneError {
    /// Wraps an error of opening the clone at `path`.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as CloneError: self = error
        case let error as GitError: self = Self.refusal(error, path: path)
        default: self = .git(path: path, GitError(arguments: [], termination: nil, message: "\(error)"))
        }
    }

    /// Recognizes git's reasons for refusing to work in a folder, by the message.
    private static func refusal(_ error: GitError, path: String) -> CloneError {
        if error.message.contains("dubious ownership") {
            let root = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            let attributes = try? FileManager.default.attributesOfItem(atPath: root)
            let owner = attributes?[.ownerAccountName] as? String ?? "another user"
            return .foreignOwner(path: path, owner: owner, user: NSUserName())
        }
        return error.message.contains("not a git repository") ? .notAClone(path: path) : .git(path: path, error)
    }
}
