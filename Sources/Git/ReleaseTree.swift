public import Processes
internal import Foundation

/// The files of a release: a folder without `.git`, written by git from a bare repository.
///
/// Each release has its own git index, kept beside the repository. The index holds the size and the time of each file, so git
/// can later find changed files without reading them.
public struct ReleaseTree: Sendable {
    /// The folder with the files: an absolute path.
    public let folder: String
    let repositoryFolder: String
    let index: String
    let git: Git
    /// When steps were about to change the files; `nil` if none did.
    public var stepsBegan: FileTime?

    /// How files of another release get into this one.
    public enum Reuse: Sendable {
        /// As hard links: the releases share the files. Git never writes into an existing file; it removes the file and
        /// writes a new one. Nobody else may write into the files of a release, so they are read-only.
        case links
        /// As copies. Where the file system supports reflinks, a copy shares its blocks with the original.
        case copies
    }

    /// Creates the tree of the release `name` in `folder`.
    public init(_ repository: BareRepository, name: String, in folder: String) {
        self.folder = folder
        repositoryFolder = repository.gitDirectory
        index = Self.indexPath(repository, name)
        git = repository.git.moved(
            to: folder,
            with: ["GIT_DIR": repository.gitDirectory, "GIT_WORK_TREE": folder, "GIT_INDEX_FILE": index])
    }

    /// Creates the tree of a submodule in `folder`, with the index at `index`.
    init(_ store: SubmoduleStore, index: String, in folder: String) {
        self.folder = folder
        repositoryFolder = store.gitDirectory
        self.index = index
        git = store.git.moved(
            to: folder, with: ["GIT_DIR": store.gitDirectory, "GIT_WORK_TREE": folder, "GIT_INDEX_FILE": index])
    }

    private static func indexPath(_ repository: BareRepository, _ name: String) -> String {
        "\(repository.gitDirectory)/\(indices)/\(name)"
    }

    /// The folder of the indices in the repository.
    static let indices = "bellpull-releases"

    /// A file that says that the files in git-lfs were fetched.
    private var largeFilesMark: String { "\(index).lfs" }

    /// A hard link changes the time of the last change of state, and a copy has another inode.
    private static let settings = ["-c", "core.trustctime=false", "-c", "core.checkStat=minimal"]

    /// Returns the files of `commit`.
    public func entries(of commit: Commit, _ limits: Limits) throws(GitError) -> TreeEntries {
        TreeEntries(try git.outputBytes(of: ["ls-tree", "-r", "-z", commit.description], limits))
    }

    /// Writes the files of `commit` and of its submodules into the empty folder. Reuses the unchanged files of `previous`.
    ///
    /// - Parameters:
    ///   - entries: the files of `commit`.
    ///   - submodules: the fetched submodules to place; `nil` if submodules are not fetched.
    ///   - shared: paths to leave out of the reuse.
    /// - Throws: `LinkError` if a symbolic link leaves the release; `SubmoduleError` if a submodule cannot be placed;
    ///   `GitError` if git fails.
    public func layOut(
        _ commit: Commit, _ entries: TreeEntries, submodules: [Submodule]?, from previous: ReleaseTree?, _ reuse: Reuse,
        shared: [String], _ limits: Limits, _ transcript: Transcript
    ) throws {
        // A pointer and its content are the same to the index.
        let previous = previous?.hasLargeFiles == git.fetchesLargeFiles ? previous : nil
        try write(commit, entries, from: previous, reuse, shared: shared, limits, transcript)
        if git.fetchesLargeFiles { _ = FileManager.default.createFile(atPath: largeFilesMark, contents: nil) }
        if let submodules, !submodules.isEmpty || hasSubmoduleFile {
            let trees = SubmoduleTrees(of: self, shared: shared)
            try trees.layOut(submodules, from: previous, reuse, limits, transcript)
        }
        // A link may lead through another submodule, so all files come first.
        let check = LinkCheck(folder, shared: shared)
        try check.check(entries, limits)
        for submodule in submodules ?? [] {
            try check.check(submodule.entries, below: TreePath(submodule.path.utf8), limits)
        }
    }

    private var hasLargeFiles: Bool { access(largeFilesMark, F_OK) == 0 }

    private var hasSubmoduleFile: Bool { access("\(folder)/.gitmodules", F_OK) == 0 }

    /// Returns whether the release lacks submodules or files in git-lfs that are to be fetched now. Starts no process.
    public func isIncomplete(fetchesSubmodules: Bool) -> Bool {
        (fetchesSubmodules && hasSubmoduleFile && !SubmoduleTrees(of: self, shared: []).arePlaced)
            || (git.fetchesLargeFiles && !hasLargeFiles && namesLargeFiles)
    }

    /// Whether the attributes in the root name git-lfs.
    private var namesLargeFiles: Bool {
        FileManager.default.contents(atPath: "\(folder)/.gitattributes")?.range(of: Data("filter=lfs".utf8)) != nil
    }

    /// Returns the parts of the release that Bellpull has not fetched, or `nil` if the release is complete. Starts git only
    /// if the attributes in the root name git-lfs.
    public func incompleteness(
        fetchesSubmodules: Bool, _ limits: Limits
    ) throws(GitError) -> Incompleteness? {
        let pointers = namesLargeFiles ? try PointerFiles(git, in: folder).found(limits) : []
        let found = Incompleteness(hasSubmodules: !fetchesSubmodules && hasSubmoduleFile, pointers: pointers)
        return found.isEmpty ? nil : found
    }

    /// Writes the files of `commit`, without submodules.
    func write(
        _ commit: Commit, _ entries: TreeEntries, from previous: ReleaseTree?, _ reuse: Reuse, shared: [String],
        _ limits: Limits, _ transcript: Transcript
    ) throws(GitError) {
        try? FileManager.default.createDirectory(
            atPath: (index as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        removeIndex()
        if let previous, access(previous.index, R_OK) == 0 { take(entries, from: previous, reuse, shared) }
        // Also removes files missing from the commit, and rewrites files that differ from the index.
        let arguments = Self.settings + ["read-tree", "--reset", "-u", commit.description]
        _ = try git.output(of: arguments, limits, transcript)
        if reuse == .links { protect(entries, shared) }
    }

    /// Makes the files read-only: several releases share a file, and a program could change all of them.
    private func protect(_ entries: TreeEntries, _ shared: [String]) {
        let root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { return }
        defer { close(root) }
        let shared = shared.map { Array($0.utf8) }
        entries.forEach { kind, path in
            guard kind == .file, let base = path.baseAddress, !shared.contains(where: { path.isAt(orBelow: $0) }) else {
                return
            }
            let name = UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self)
            var status = stat()
            guard fstatat(root, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & 0o222 != 0 else { return }
            fchmodat(root, name, status.st_mode & 0o7555, 0)
        }
    }

    private func take(_ entries: TreeEntries, from previous: ReleaseTree, _ reuse: Reuse, _ shared: [String]) {
        guard
            var files = TreeReuse(from: previous.folder, to: folder, reuse, changesSince: previous.stepsBegan)
        else { return }
        defer { files.finish() }
        let shared = shared.map { Array($0.utf8) }
        entries.forEach { kind, path in
            guard kind != .submodule, !shared.contains(where: { path.isAt(orBelow: $0) }) else { return }
            files.reuse(path)
        }
        // Git takes the files for those of the previous release. The copy is newer than the files, so git need not read
        // a file to see that the file did not change in the same second.
        try? FileManager.default.copyItem(atPath: previous.index, toPath: index)
        utimes(index, nil)
    }

    /// Returns the tracked files that differ from the commit, without the paths in `shared`. Git reads only files with a
    /// changed size or time.
    public func changedFiles(shared: [String], _ limits: Limits) throws(GitError) -> [String] {
        let arguments = Self.settings + ["diff-files", "-z", "--name-only", "--ignore-submodules", "--", "."]
        let names = try git.outputBytes(of: arguments + excluding(shared), limits).split(separator: 0)
        return try names.map { TreePath($0).description }
            + SubmoduleTrees(of: self, shared: shared).files { tree, shared throws(GitError) in
                try tree.changedFiles(shared: shared, limits)
            }
    }

    /// Checks that the links made by the steps of the site stay in the release, or lead to the system's own programs.
    ///
    /// - Throws: `LinkError`; `GitError` at the end of `limits`.
    public func checkLinks(shared: [String], _ limits: Limits) throws {
        try LinkCheck(folder, shared: shared, system: ["/usr/", "/bin/", "/lib/", "/lib64/", "/opt/"]).checkAll(limits)
    }

    /// Returns up to ten files and folders with changes after the end of the steps at `time`. Both times of a file must be later:
    /// unpacked files may have any time of writing, and a change of owner is no change of the file.
    public func changedFiles(since time: FileTime, shared: [String]) -> [String] {
        var found: [String] = []
        let shared = Set(shared)
        FolderFiles(folder).forEach { entry in
            let name = entry.path.description
            if entry.written > time, entry.changed > time, !shared.contains(name) { found.append(name) }
            return found.count < 10
        }
        return found
    }

    /// Returns the untracked files and folders, without the paths in `shared`.
    public func untrackedFiles(shared: [String], _ limits: Limits) throws(GitError) -> [String] {
        let arguments = ["ls-files", "-z", "--others", "--directory", "--", "."]
        let names = try git.outputBytes(of: arguments + excluding(shared), limits).split(separator: 0)
        return try names.map { TreePath($0).description }
            + SubmoduleTrees(of: self, shared: shared).files { tree, shared throws(GitError) in
                try tree.untrackedFiles(shared: shared, limits)
            }
    }

    /// A release from before a path was shared has files of its own there.
    private func excluding(_ shared: [String]) -> [String] {
        shared.filter { path in
            var status = stat()
            return lstat("\(folder)/\(path)", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
        }.map { ":(exclude,literal,top)\($0)" }
    }

    /// Creates the index anew if it is missing. Git then compares the contents of all files with `commit`.
    public func restoreIndex(of commit: Commit, _ limits: Limits) throws(GitError) {
        guard access(index, F_OK) != 0 else { return }
        _ = try git.output(of: ["read-tree", commit.description], limits)
        // Exits with 1 if a file differs.
        _ = try? git.output(of: Self.settings + ["update-index", "-q", "--refresh"], limits)
    }

    /// Makes what steps have left the release's own: gives files with several names a copy of their own, lets the owner into all
    /// folders, and sets back times in the future.
    ///
    /// - Throws: `POSIXError` if a file cannot be copied.
    public func takeOver() throws {
        Self.makeRemovable(folder)
        let now = FileTime.now()
        try FolderFiles(folder).forEach { entry in
            guard !entry.isLink else { return true }
            let path = entry.path.absolute(in: folder)
            if entry.status.st_mode & S_IFMT == S_IFREG, entry.status.st_nlink > 1 {
                // The file's own name may be as long as the file system allows.
                let name = Array(".bellpull-copy".utf8)
                let copy = (entry.path.folders.last?.appending(name) ?? TreePath(name)).absolute(in: folder)
                guard WorkTreeFile.copy(path, to: copy), rename(copy, path) == 0 else {
                    throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
                }
            }
            if entry.written > now { utimes(path, nil) }
            return true
        }
    }

    /// Lets the owner of the folders in `folder` remove what is in them.
    public static func makeRemovable(_ folder: String) {
        // Others keep their rights: the web server must get into a release.
        var status = stat()
        if stat(folder, &status) == 0, status.st_mode & 0o700 != 0o700 { chmod(folder, status.st_mode & 0o777 | 0o700) }
        FolderFiles(folder).forEach { entry in
            if entry.isFolder, entry.status.st_mode & 0o700 != 0o700 {
                chmod(entry.path.absolute(in: folder), entry.status.st_mode & 0o777 | 0o700)
            }
            return true
        }
    }

    /// Removes the index, and the lock file of a killed git.
    public func removeIndex() {
        unlink(index)
        unlink("\(index).lock")
        unlink(largeFilesMark)
        SubmoduleTrees(of: self, shared: []).removeIndices()
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the path is `other`, or below the folder `other`.
    fileprivate func isAt(orBelow other: [UInt8]) -> Bool {
        count >= other.count && prefix(other.count).elementsEqual(other)
            && (count == other.count || self[other.count] == UInt8(ascii: "/"))
    }
}
