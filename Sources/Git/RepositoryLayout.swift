internal import Processes
internal import Foundation

/// The folders of a repository (gitrepository-layout(5)), and git set up to run in the work tree.
struct RepositoryLayout {
    /// The folder of the work tree, absolute and without symbolic links.
    let root: String
    /// The repository's own folder, usually `.git`.
    let gitDirectory: String
    /// The folder of the objects and references, shared by all work trees of the repository.
    let commonDirectory: String
    let git: Git

    /// Finds the folders of the clone at `path` by asking git.
    static func find(_ path: String, _ limits: Limits) throws(CloneError) -> RepositoryLayout {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing(path: path) }
        guard isFolder.boolValue else { throw .notAFolder(path: path) }
        do {
            return try find(root: URL(fileURLWithPath: path).resolvingSymlinksInPath().path, limits)
        } catch {
            throw CloneError(error, path: path)
        }
    }

    private static func find(root: String, _ limits: Limits) throws -> RepositoryLayout {
        let plain = try Git(in: root)
        guard try plain.output(of: ["rev-parse", "--is-bare-repository"], limits) == "false" else {
            throw CloneError.bare(path: root)
        }
        let places = try plain.output(
            of: ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir"], limits
        ).split(separator: "\n").map(String.init)
        guard places.count == 3 else { throw CloneError.notAClone(path: root) }
        guard places[0] == root else { throw CloneError.insideClone(path: root, root: places[0]) }
        guard access(places[1], W_OK) == 0 else {
            throw errno == EROFS
                ? CloneError.readOnlyFileSystem(path: root) : CloneError.readOnly(path: root, user: NSUserName())
        }
        let folder = URL(fileURLWithPath: root, isDirectory: true)
        let commonDirectory = URL(fileURLWithPath: places[2], relativeTo: folder).path
        let settings = try RepositorySettings(plain, limits)
        return RepositoryLayout(
            root: root, gitDirectory: places[1], commonDirectory: commonDirectory,
            git: try Git(in: root, sshCommand: settings.sshCommand, mark: CommandMark(path: commonDirectory))
                .adding(settings.withoutFilters))
    }

    /// Returns the branch under an unfinished rebase, or `nil`. HEAD returns to the branch at the end of the rebase.
    ///
    /// A clone must open during a rebase: only an open clone can abort a killed rebase (`BranchClone.repair`).
    func rebasedBranch(_ limits: Limits) throws(GitError) -> Branch? {
        let files = ["rebase-merge", "rebase-apply"].lazy.map { "\(gitDirectory)/\($0)/head-name" }
        let name = files.compactMap { FileManager.default.contents(atPath: $0) }.first
        if let branch = name.flatMap({ Branch(ref: String(decoding: $0, as: UTF8.self).trimmed) }) { return branch }
        return hasEmptyRebase ? try branchBeforeRebase(limits) : nil
    }

    /// Whether a power failure emptied the state of a rebase: git does not sync these files.
    var hasEmptyRebase: Bool {
        let folder = "\(gitDirectory)/rebase-merge"
        guard FileManager.default.fileExists(atPath: folder) else { return false }
        return ["head-name", "orig-head", "onto"].contains { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)")?.allSatisfy { $0 == 0 } ?? true
        }
    }

    /// Returns the only branch with an upstream at the commit from before the rebase, or at the commit of its end.
    private func branchBeforeRebase(_ limits: Limits) throws(GitError) -> Branch? {
        let format = "--format=%(if)%(upstream)%(then)%(refname)%(end)"
        let arguments = ["for-each-ref", format, "--points-at=ORIG_HEAD", "--points-at=HEAD", "refs/heads"]
        let refs = try git.output(of: arguments, limits).split(separator: "\n")
        return refs.count == 1 ? refs.first.flatMap { Branch(ref: String($0)) } : nil
    }
}

extension String {
    var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
