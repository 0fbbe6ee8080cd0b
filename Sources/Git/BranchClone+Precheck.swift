internal import Foundation

extension BranchClone {
    /// The commit that the clone at `path` is at, read from its files without a git process; `nil` if they do not say, as
    /// in a linked worktree.
    public static func commit(at path: String) -> Commit? {
        let references = References(gitDirectory: "\(path)/.git", commonDirectory: "\(path)/.git")
        return references.head.flatMap(references.commit(of:)) ?? references.detachedHead
    }

    /// What a first look at `path`, which costs no process, finds to keep it from being opened.
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
