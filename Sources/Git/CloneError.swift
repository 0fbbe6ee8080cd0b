public import Text
internal import Processes
internal import Foundation

/// Why a folder cannot be kept up to date.
public enum CloneError: Error, Sendable, Equatable {
    /// There is nothing at the path.
    case missing(path: String)
    /// There is something, but no folder.
    case notAFolder(path: String)
    /// The folder is in no repository.
    case notAClone(path: String)
    /// The folder is a part of the clone at `root`.
    case insideClone(path: String, root: String)
    /// The repository has no work tree.
    case bare(path: String)
    /// The clone is not this user's, so that git refuses to work in it.
    case foreignOwner(path: String, owner: String, user: String)
    /// The clone is this user's, but cannot be written to.
    case readOnly(path: String, user: String)
    /// HEAD is not on a branch.
    case detachedHead(path: String)
    /// The branch follows no other.
    case noUpstream(path: String, branch: String)
    /// The clone has no remote.
    case noRemote(path: String)
    /// The remote's URL does not end in an owner and a name.
    case unknownRepository(path: String, url: String)
    /// Git failed in some other way.
    case git(path: String, GitError)

    /// What is wrong and what to do.
    public var explanation: Explanation { Explanation(message, hint: hint) }

    /// What is wrong, in one line.
    public var message: String {
        switch self {
        case .missing(let path): "\(path) does not exist"
        case .notAFolder(let path): "\(path) is not a folder"
        case .notAClone(let path): "\(path) is not a git clone"
        case .insideClone(let path, let root): "\(path) is a folder within the clone \(root), not a clone itself"
        case .bare(let path): "\(path) is a bare repository, without files to deploy"
        case .foreignOwner(let path, let owner, let user): "\(path) belongs to \(owner), but bellpull runs as \(user)"
        case .readOnly(let path, let user): "\(path) cannot be written to by \(user), as whom bellpull runs"
        case .detachedHead(let path): "\(path) is not on a branch (detached HEAD)"
        case .noUpstream(let path, let branch): "the branch \(branch) of \(path) has no upstream to pull from"
        case .noRemote(let path): "\(path) has no remote to fetch from"
        case .unknownRepository(let path, let url):
            "the remote of \(path), \(url.redactingCredentials), does not end in owner/name"
        case .git(let path, let error): "\(path): \(error)"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .missing(let path), .notAFolder(let path), .notAClone(let path): "git clone <url> \(path)"
        case .insideClone(_, let root): "name the clone itself: \(root)"
        case .bare(let path): "clone it: git clone \(path) <folder>, and name that folder"
        case .foreignOwner(let path, _, let user): "chown -R \(user) \(path), or set User= in the service"
        case .readOnly(let path, _): "check the permissions of \(path)/.git, and ReadWritePaths= in the service"
        case .detachedHead(let path): "git -C \(path) switch <branch>"
        case .noUpstream(let path, let branch): "git -C \(path) branch --set-upstream-to=origin/\(branch) \(branch)"
        case .noRemote(let path): "git -C \(path) remote add origin <url>"
        case .unknownRepository(let path, _): "git -C \(path) remote set-url origin <url that ends in owner/name>"
        case .git: nil
        }
    }
}

extension CloneError {
    /// Wraps the error that was thrown while the clone at `path` was opened.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as CloneError: self = error
        case let error as GitError: self = Self.refusal(error, path: path)
        default: self = .git(path: path, GitError(arguments: [], end: nil, message: "\(error)"))
        }
    }

    /// Finds out from git's message why git refused to work in a folder.
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
