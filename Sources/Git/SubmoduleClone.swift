internal import Foundation
internal import Processes
internal import Text

/// A submodule in the work tree of a clone: a linked work tree of its store (gitrepository-layout(5), "worktrees").
///
/// The file `.git` in the folder is for a person's git. Bellpull names the repository itself, and trusts nothing in the
/// folder.
struct SubmoduleClone {
    /// The path from the root of the site.
    let path: String
    let store: SubmoduleStore
    /// The submodule as a clone.
    let clone: DetachedClone

    /// Creates the value for the folder at `path` in the work tree `root`. Starts no process.
    init(_ store: SubmoduleStore, at path: String, in root: String) {
        (self.path, self.store) = (path, store)
        let folder = "\(root)/\(path)"
        let gitDirectory = "\(store.gitDirectory)/worktrees/\(SubmoduleStore.name(of: path))"
        clone = DetachedClone(
            path: folder, gitDirectory: gitDirectory, commonDirectory: store.gitDirectory,
            git: store.git.moved(to: folder, with: ["GIT_DIR": gitDirectory, "GIT_WORK_TREE": folder]),
            remote: store.remote)
    }

    /// The commit of the files; `nil` if the submodule was not set up.
    var head: Commit? { clone.head }

    /// Writes the files of a linked work tree with HEAD at `commit`, and an index. Changes nothing in the folder, which must
    /// exist.
    func setUp(at commit: Commit, _ limits: Limits) throws(GitError) {
        let folder = clone.gitDirectory
        remove()
        mkdir("\(store.gitDirectory)/worktrees", 0o777)
        mkdir(folder, 0o777)
        let files = [
            "commondir": "../..\n", "gitdir": "\(clone.path)/.git\n",
            // Without the file `.git`, git would remove the linked work tree after three months.
            "locked": "bellpull\n", "HEAD": "\(commit)\n",
        ]
        for (name, text) in files.sorted(by: { $0.key > $1.key }) {
            guard FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data(text.utf8)) else {
                throw GitError(
                    arguments: ["worktree"], termination: nil,
                    message: "cannot write \(folder)/\(name): \(String(cString: strerror(errno)))")
            }
        }
        _ = try clone.git.output(of: ["read-tree", "HEAD"], limits)
        _ = try clone.git.run(["update-index", "-q", "--refresh"], limits)
    }

    /// Forgets the files. They stay.
    func remove() { try? FileManager.default.removeItem(atPath: clone.gitDirectory) }

    /// Returns the tracked files with another content than in HEAD. Missing files do not count.
    func changedFiles(_ limits: Limits) throws(GitError) -> [String] {
        _ = try clone.git.run(["update-index", "-q", "--refresh"], limits)
        let arguments = ["diff-files", "-z", "--name-only", "--diff-filter=d", "--ignore-submodules=all"]
        return try clone.git.outputBytes(of: arguments, limits).split(separator: 0).map { TreePath($0).description }
    }

    /// Writes the missing tracked files. Existing files stay.
    func fill(_ limits: Limits) throws(GitError) {
        _ = try clone.git.run(["checkout-index", "--all", "--quiet", "--index"], limits)
    }

    /// Removes the tracked files that are as in HEAD, and the folders that are empty then. Edited files stay.
    func clear(_ limits: Limits) throws(GitError) {
        guard access(clone.path, F_OK) == 0 else { return }
        let edited = Set(try changedFiles(limits))
        let files = try clone.git.outputBytes(of: ["ls-files", "-z"], limits).split(separator: 0).map { TreePath($0) }
        for file in files where !edited.contains(file.description) { unlink(file.absolute(in: clone.path)) }
        for folder in Set(files.flatMap(\.folders)).sorted(by: { $0.bytes.count > $1.bytes.count }) {
            rmdir(folder.absolute(in: clone.path))
        }
        unlink("\(clone.path)/.git")
    }

    /// Writes the file `.git`. Without the file, a person's `git fetch` in the site would fail.
    func link() throws(GitError) {
        let (file, text) = ("\(clone.path)/.git", "gitdir: \(clone.gitDirectory)\n")
        guard FileManager.default.contents(atPath: file) != Data(text.utf8) else { return }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            throw GitError(
                arguments: ["submodule"], termination: nil,
                message: "cannot write \(file): \(error.localizedDescription)")
        }
    }
}
