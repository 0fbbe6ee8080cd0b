internal import Foundation
internal import Processes
internal import Text

/// A bare repository with the commits of one submodule URL. `refs/bellpull/commits/` has a reference to each commit in use.
struct SubmoduleStore: Repository {
    let gitDirectory: String
    let git: Git
    let url: String
    var commonDirectory: String { gitDirectory }
    var remote: String { "origin" }

    /// The folder of the stores in the repository of the site.
    static let folderName = "bellpull-submodules"
    private static let commits = "refs/bellpull/commits/"
    private static let settingsName = "bellpull-settings"

    /// Opens the store of `url` in the folder `stores`, and creates a missing store.
    ///
    /// - Parameters:
    ///   - git: git as set up for the site's repository.
    ///   - commit: a commit of the submodule: tells the kind of object names.
    init(of url: String, in stores: String, _ git: Git, _ commit: Commit, _ limits: Limits) throws(GitError) {
        let path = "\(stores)/\(Self.name(of: url)).git"
        self.url = url
        gitDirectory = path
        self.git = Self.git(git, at: path, url)
        guard access("\(path)/HEAD", F_OK) != 0 else { return }
        let new = "\(path).new"
        for leftover in [path, new] { try? FileManager.default.removeItem(atPath: leftover) }
        mkdir(stores, 0o700)
        let format = commit.description.utf8.count == 64 ? ["--object-format=sha256"] : []
        let parent = git.moved(to: stores, with: [:])
        _ = try parent.output(of: ["init", "--quiet", "--bare", "--template="] + format + ["--", new], limits)
        chmod(new, 0o700)
        let created = git.moved(to: new, with: ["GIT_DIR": new])
        _ = try created.output(of: ["config", "remote.origin.url", url], limits)
        _ = try created.output(of: ["config", "include.path", Self.settingsName], limits)
        guard rename(new, path) == 0 else {
            throw GitError(
                arguments: ["init"], termination: nil,
                message: "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Creates the store of `url` at `path`, which exists.
    init(at path: String, url: String, _ git: Git) {
        (gitDirectory, self.url) = (path, url)
        self.git = Self.git(git, at: path, url)
    }

    private static func git(_ git: Git, at path: String, _ url: String) -> Git {
        let moved = git.moved(to: path, with: ["GIT_DIR": path])
        return git.fetchesLargeFiles ? moved.fetchingLargeFiles(from: url) : moved
    }

    /// Returns a name for a folder: 16 hexadecimal digits (FNV-1a). A committer may find two URLs with one name. Both may be
    /// fetched anyway, and a commit is known by its content.
    static func name(of text: String) -> String {
        let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(repeating: "0", count: 16 - String(hash, radix: 16).count) + String(hash, radix: 16)
    }

    /// Fetches `commit` if the store does not have it. First asks for the commit itself; for servers that refuse this, for all
    /// branches and tags.
    ///
    /// - Parameter settings: the lines of a configuration file for the connection.
    /// - Throws: `GitError`; `SubmoduleError` if the remote does not have the commit.
    func fetch(
        _ commit: Commit, for path: String, _ settings: @autoclosure () throws -> Data, _ limits: Limits,
        _ transcript: Transcript
    ) throws {
        guard try !has(commit, limits) else { return }
        let locks = StaleLocks(path: gitDirectory, gitDirectory: gitDirectory, commonDirectory: gitDirectory)
        for lock in locks.found(shared: ["config", "shallow"], under: ["refs"]) { unlink(lock) }
        let file = "\(gitDirectory)/\(Self.settingsName)"
        // The store is readable for Bellpull's user alone, and so are the credentials in the settings.
        guard FileManager.default.createFile(atPath: file, contents: try settings()) else {
            throw GitError(
                arguments: ["config"], termination: nil,
                message: "cannot write \(file): \(String(cString: strerror(errno)))")
        }
        let start = FileTime.now()
        do {
            try download(commit, limits, transcript)
        } catch {
            removeTemporaryObjects(since: start)
            throw error
        }
        guard try has(commit, limits) else {
            throw SubmoduleError(
                "the submodule \(path.escapedForDisplay) is at \(commit.short), but \(shownURL) has no such commit",
                hint: "push the commit from the submodule's folder, then deploy again")
        }
    }

    private func download(_ commit: Commit, _ limits: Limits, _ transcript: Transcript) throws(GitError) {
        let progress = transcript.showsProgress ? ["--progress"] : []
        let arguments = ["fetch", "--no-tags", "--no-recurse-submodules"] + progress + ["--", url]
        let one = arguments + ["+\(commit):\(Self.commits)\(commit)"]
        let completion = try git.run(one, limits, transcript)
        guard !completion.isSuccess else { return }
        let error = GitError(arguments: one, completion: completion)
        guard error.isRefusalOfCommit else { throw error }
        let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
        _ = try git.output(of: arguments + all, limits, transcript)
        // The next fetch may move the branch away from the commit.
        guard try has(commit, limits) else { return }
        _ = try git.output(of: ["update-ref", Self.commits + commit.description, commit.description], limits)
    }

    var shownURL: String { url.redactingCredentials.escapedForDisplay }

    /// Removes the references to all commits but `commits`. Returns whether the store has a commit in use.
    func forget(allBut commits: Set<String>, _ limits: Limits) throws(GitError) -> Bool {
        guard !commits.isEmpty else { return false }
        let format = "--format=%(refname)"
        let refs = try git.output(of: ["for-each-ref", format, Self.commits], limits).split(separator: "\n")
        for ref in refs where !commits.contains(String(ref.dropFirst(Self.commits.count))) {
            _ = try git.output(of: ["update-ref", "-d", String(ref)], limits)
        }
        return true
    }
}

extension GitError {
    /// Whether the server does not give a commit that is not the tip of a branch or tag.
    fileprivate var isRefusalOfCommit: Bool {
        ["unadvertised object", "not our ref", "find remote ref", "no such remote ref"].contains(
            where: message.contains)
    }
}
