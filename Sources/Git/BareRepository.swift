public import Processes
internal import Foundation

/// A repository without a work tree: the source of the releases of a site.
///
/// The repository holds only what Bellpull has fetched, and references to the commits of the kept releases.
public struct BareRepository: Repository {
    /// The folder of the repository: an absolute path.
    public let gitDirectory: String
    /// The remote to fetch from.
    public let remote = "origin"
    /// Git, set up to run in the repository.
    public let git: Git

    /// The same as `gitDirectory`.
    public var commonDirectory: String { gitDirectory }

    /// The prefix of the references to the commits of releases.
    private static let releaseRefs = "refs/bellpull/releases/"

    /// Opens the repository at `path`.
    ///
    /// - Parameter owner: the folder that the commands are marked with (`CommandMark`).
    public init(at path: String, of owner: String, _ limits: Limits) throws(GitError) {
        let mark = CommandMark(path: owner)
        let plain = try Git(in: path, mark: mark).moved(to: path, with: ["GIT_DIR": path])
        // Fails if the folder is not a repository.
        let bare = try plain.output(of: ["rev-parse", "--is-bare-repository"], limits)
        guard bare == "true" else {
            throw GitError(arguments: ["rev-parse"], termination: nil, message: "\(path) is not a bare repository")
        }
        let settings = try RepositorySettings(plain, limits)
        git = try Git(in: path, sshCommand: settings.sshCommand, mark: mark)
            .moved(to: path, with: ["GIT_DIR": path]).adding(settings.withoutFilters)
        gitDirectory = path
    }

    /// Returns the repository with another setup of git.
    public func using(_ git: Git) -> BareRepository { BareRepository(gitDirectory: gitDirectory, git: git) }

    private init(gitDirectory: String, git: Git) {
        (self.gitDirectory, self.git) = (gitDirectory, git)
    }

    /// Creates an empty repository at `path` with the remote `url`.
    ///
    /// - Parameter sshCommand: the command for ssh, which becomes a setting of the repository; `nil` for git's default.
    public static func create(
        at path: String, of owner: String, remote url: String, sshCommand: String? = nil, _ limits: Limits
    ) throws(GitError) -> BareRepository {
        let folder = (path as NSString).deletingLastPathComponent
        let git = try Git(in: folder, sshCommand: sshCommand, mark: CommandMark(path: owner))
        // A repository has one kind of object names. Whatever else is wrong with the remote, the first fetch tells.
        let listed = try git.run(["ls-remote", "--", url, "HEAD", "refs/heads/*", "refs/tags/*"], limits).output
        let isSHA256 = listed.prefix { $0 != "\t" }.count == 64
        let format = isSHA256 ? ["--object-format=sha256"] : []
        _ = try git.output(of: ["init", "--quiet", "--bare", "--template="] + format + ["--", path], limits)
        chmod(path, 0o700)
        let repository = try BareRepository(at: path, of: owner, limits)
        _ = try repository.git.output(of: ["config", "remote.origin.url", url], limits)
        guard let sshCommand else { return repository }
        _ = try repository.git.output(of: ["config", "core.sshCommand", sshCommand], limits)
        return try BareRepository(at: path, of: owner, limits)
    }

    /// Creates a repository at `path` with the objects, branches, tags and settings of `clone`. Changes nothing in
    /// `clone`. Git uses hard links for the objects if both are on one file system.
    public static func create(at path: String, of owner: String, copying clone: some Repository, _ limits: Limits)
        throws(GitError) -> BareRepository
    {
        let folder = (path as NSString).deletingLastPathComponent
        let git = try Git(in: folder, mark: CommandMark(path: owner))
        let arguments = ["clone", "--quiet", "--bare", "--template=", "--", clone.commonDirectory, path]
        _ = try git.output(of: arguments, limits)
        chmod(path, 0o700)
        var repository = try BareRepository(at: path, of: owner, limits)
        let url = try clone.git.output(of: ["config", "--get", "remote.\(clone.remote).url"], limits)
        _ = try repository.git.output(of: ["config", "remote.origin.url", url], limits)
        try repository.copySettings(of: clone, limits)
        repository = try BareRepository(at: path, of: owner, limits)
        return repository
    }

    /// Copies the settings that a fetch or a checkout may need.
    private func copySettings(of other: some Repository, _ limits: Limits) throws(GitError) {
        let prefixes = ["credential.", "filter.", "http.", "lfs.", "ssh.", "url.", "core.sshcommand"]
        let listed = try other.git.outputBytes(of: ["config", "--local", "--list", "-z"], limits)
        for entry in listed.split(separator: 0) {
            let parts = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(decoding: parts[0], as: UTF8.self)
            guard parts.count == 2, prefixes.contains(where: name.hasPrefix) else { continue }
            let value = String(decoding: parts[1], as: UTF8.self)
            _ = try git.output(of: ["config", "--add", name, value], limits)
        }
    }

    /// Creates a repository at `path` with the remote and the settings of this one, and no objects.
    public func createAnew(at path: String, of owner: String, _ limits: Limits) throws(GitError) -> BareRepository {
        let url = try git.output(of: ["config", "--get", "remote.origin.url"], limits)
        let new = try Self.create(at: path, of: owner, remote: url, limits)
        try new.copySettings(of: self, limits)
        return try BareRepository(at: path, of: owner, limits)
    }

    /// Sets the URL of the remote.
    public func setURL(_ url: String, _ limits: Limits) throws(GitError) {
        _ = try git.output(of: ["config", "remote.origin.url", url], limits)
    }

    /// Removes the lock files of a killed git. The caller must hold the site's lock.
    public func repair() {
        let locks = StaleLocks(path: gitDirectory, gitDirectory: gitDirectory, commonDirectory: gitDirectory)
        for lock in locks.found(shared: ["config"], under: ["refs"]) { unlink(lock) }
    }

    // MARK: The commits of releases

    /// Keeps `commit` for the release `name`: git never removes a commit with a reference.
    public func keep(_ commit: Commit, for name: String, _ limits: Limits) throws(GitError) {
        _ = try git.output(of: ["update-ref", Self.releaseRefs + name, commit.description], limits)
    }

    /// The commits of the releases.
    public func keptCommits(_ limits: Limits) throws(GitError) -> [Commit] {
        try git.output(of: ["for-each-ref", "--format=%(objectname)", Self.releaseRefs], limits)
            .split(separator: "\n").compactMap { Commit($0) }
    }

    /// Removes the reference of the removed release `name`.
    public func release(_ name: String, _ limits: Limits) throws(GitError) {
        _ = try git.output(of: ["update-ref", "-d", Self.releaseRefs + name], limits)
    }
}

extension BareRepository {
    /// Whether objects of the repository are missing or cannot be read. Takes seconds for a large repository.
    public func isDamaged(_ limits: Limits) throws(GitError) -> Bool {
        let arguments = ["fsck", "--connectivity-only", "--no-dangling", "--no-progress"]
        guard case .exited(let status) = try git.run(arguments, limits).termination else { return false }
        return status != 0
    }
}

extension GitError {
    /// Whether git's words may mean that the repository is damaged. A committed file name can put the same words into an error,
    /// so ask `isDamaged` next.
    public var isOfDamage: Bool {
        let words = [
            "is corrupt", "unable to read tree", "bad object", "is empty", "not a git repository",
            "unable to read sha1 file", "loose object", "does not point to a valid object", "missing blob",
            "missing tree",
            "cannot be accessed", "bad tree object", "could not parse", "bad ref", "inflate", "unresolved delta",
            "object file", "did not send all necessary objects", "remote did not send", "is not a bare repository",
        ]
        return message.split(separator: "\n").contains { line in
            !line.hasPrefix("remote:") && words.contains { line.contains($0) }
        }
    }
}
