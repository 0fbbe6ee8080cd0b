internal import Foundation

extension Clone {
    /// Opens the clone at `path` and finds out what it follows.
    ///
    /// - Parameter limits: how long git may take.
    public static func open(at path: String, _ limits: Git.Limits) throws(CloneError) -> Clone {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing(path: path) }
        guard isFolder.boolValue else { throw .notAFolder(path: path) }
        let root = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        do {
            return try open(root: root, limits)
        } catch let error as GitError {
            throw refusal(error, path: path)
        } catch let error as CloneError {
            throw error
        } catch {
            throw .git(path: path, GitError(arguments: [], end: nil, message: "\(error)"))
        }
    }

    /// What a first look at `path`, which costs no process, finds to keep it from being opened.
    public static func glance(at path: String) -> CloneError? {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing(path: path) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .notAFolder(path: path) }
        guard access("\(path)/.git", F_OK) == 0 else { return .notAClone(path: path) }
        let user = geteuid()
        guard user == status.st_uid || user == 0 && status.st_uid == 0 else {
            return .foreignOwner(path: path, owner: name(of: status.st_uid), user: NSUserName())
        }
        return nil
    }

    private static func name(of user: uid_t) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "user \(user)"
    }

    private static func open(root: String, _ limits: Git.Limits) throws -> Clone {
        let plain = try Git(in: root)
        guard try plain.output(of: ["rev-parse", "--is-bare-repository"], limits) == "false" else {
            throw CloneError.bare(path: root)
        }
        let places = try plain.output(
            of: ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir"], limits
        ).split(separator: "\n").map(String.init)
        guard places.count == 3 else { throw CloneError.notAClone(path: root) }
        guard places[0] == root else { throw CloneError.insideClone(path: root, root: places[0]) }
        guard access(places[1], W_OK) == 0 else { throw CloneError.readOnly(path: root, user: NSUserName()) }

        let git = try Git(in: root, sshCommand: configured("core.sshCommand", plain, limits))
        guard let branch = Branch(ref: try git.run(["symbolic-ref", "--quiet", "HEAD"], limits).output.trimmed) else {
            throw CloneError.detachedHead(path: root)
        }
        let format = "--format=%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
        let upstream = try git.output(of: ["for-each-ref", format, "--", branch.ref], limits)
            .split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
        guard upstream.count == 3, let upstreamBranch = Branch(ref: upstream[1]) else {
            throw CloneError.noUpstream(path: root, branch: branch.name)
        }
        let url = try git.output(of: ["remote", "get-url", "--", upstream[0]], limits)
        guard let repository = RepositoryName(url: url) else {
            throw CloneError.unknownRepository(path: root, url: url)
        }
        return Clone(
            path: root, branch: branch, upstream: upstreamBranch, remote: upstream[0], trackingRef: upstream[2],
            repository: repository, gitDirectory: places[1],
            commonDirectory: URL(fileURLWithPath: places[2], relativeTo: URL(fileURLWithPath: root, isDirectory: true))
                .path, git: git)
    }

    private static func configured(_ key: String, _ git: Git, _ limits: Git.Limits) throws(GitError) -> String? {
        let completion = try git.run(["config", "--get", key], limits)
        return completion.isSuccess ? completion.output.trimmed : nil
    }

    /// Git's refusal to work in a folder, told apart by its words.
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

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
