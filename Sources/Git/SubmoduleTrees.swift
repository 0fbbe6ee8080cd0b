internal import Foundation
internal import Processes
internal import Text

/// The submodules in a release. Beside the index of the release, a folder has an index for each submodule, and a list.
struct SubmoduleTrees {
    private let release: ReleaseTree
    private let shared: [String]

    /// The folder with the indices.
    private var folder: String { release.index + Self.suffix }
    /// The end of the names of such folders.
    static let suffix = ".submodules"
    private static let listName = "list.json"

    /// A submodule in the list.
    struct Entry: Codable {
        /// The path from the root of the release.
        let path: String
        let commit: String
        /// The path of the store.
        let store: String
        let url: String
    }

    init(of release: ReleaseTree, shared: [String]) {
        self.release = release
        self.shared = shared
    }

    /// Places the files of `submodules`. Reuses the unchanged files of the release `previous`.
    func layOut(
        _ submodules: [Submodule], from previous: ReleaseTree?, _ reuse: ReleaseTree.Reuse, _ limits: Limits,
        _ transcript: Transcript
    ) throws {
        let earlier = previous.map { SubmoduleTrees(of: $0, shared: shared) }
        let places = Dictionary((earlier?.entries ?? []).enumerated().map { ($1.path, $0) }) { first, _ in first }
        for (number, submodule) in submodules.enumerated() {
            guard makeFolder(at: submodule.path) else {
                throw SubmoduleError.noFolder(submodule.path)
            }
            let tree = tree(number, submodule.store, at: submodule.path)
            var old: ReleaseTree?
            if !isShared(submodule.path), let earlier, let place = places[submodule.path],
                earlier.isFolder(submodule.path)
            {
                old = earlier.tree(place, submodule.store, at: submodule.path)
                old?.stepsBegan = previous?.stepsBegan
            }
            try tree.write(
                submodule.commit, submodule.entries, from: old, reuse, shared: shared(below: submodule.path), limits,
                transcript)
        }
        let list = submodules.map {
            Entry(path: $0.path, commit: $0.commit.description, store: $0.store.gitDirectory, url: $0.store.shownURL)
        }
        mkdir(folder, 0o777)
        try JSONEncoder().encode(list).write(to: URL(fileURLWithPath: "\(folder)/\(Self.listName)"), options: .atomic)
    }

    /// Whether the submodules of the release were placed, even if there were none.
    var arePlaced: Bool { access("\(folder)/\(Self.listName)", F_OK) == 0 }

    private func tree(_ number: Int, _ store: SubmoduleStore, at path: String) -> ReleaseTree {
        ReleaseTree(store, index: "\(folder)/\(number)", in: "\(release.folder)/\(path)")
    }

    /// The list of the release; empty for a release without submodules.
    private var entries: [Entry] { Self.entries(in: folder) }

    /// Returns the list in the folder `folder`.
    static func entries(in folder: String) -> [Entry] {
        guard let json = FileManager.default.contents(atPath: "\(folder)/\(listName)") else { return [] }
        return (try? JSONDecoder().decode([Entry].self, from: json)) ?? []
    }

    /// Returns the files that `list` tells of each submodule, with their paths from the root of the release.
    func files(
        _ list: (_ tree: ReleaseTree, _ shared: [String]) throws(GitError) -> [String]
    ) throws(GitError) -> [String] {
        var found: [String] = []
        for (number, entry) in entries.enumerated()
        where !isShared(entry.path) && isFolder(entry.path) {
            let store = SubmoduleStore(at: entry.store, url: entry.url, release.git)
            found += try list(tree(number, store, at: entry.path), shared(below: entry.path)).map {
                "\(entry.path)/\($0)"
            }
        }
        return found
    }

    /// Removes the indices and the list.
    func removeIndices() {
        guard access(folder, F_OK) == 0 else { return }
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Paths

    /// Whether the submodule is at or below a shared path: the release has a link there.
    private func isShared(_ path: String) -> Bool { shared.contains { path == $0 || path.hasPrefix("\($0)/") } }

    private func shared(below path: String) -> [String] {
        shared.filter { $0.hasPrefix("\(path)/") }.map {
            String(decoding: $0.utf8.dropFirst(path.utf8.count + 1), as: UTF8.self)
        }
    }

    /// Creates the folder at `path` unless it exists. Returns false if the folder is below a symbolic link.
    private func makeFolder(at path: String) -> Bool {
        let path = TreePath(path.utf8)
        guard path.folders.allSatisfy(isFolder) else { return false }
        mkdir(path.absolute(in: release.folder), 0o777)
        return isFolder(path)
    }

    /// Whether each name on the way to `path` is a folder, and no symbolic link.
    private func isFolder(_ path: String) -> Bool {
        let path = TreePath(path.utf8)
        return (path.folders + [path]).allSatisfy(isFolder)
    }

    private func isFolder(_ path: TreePath) -> Bool {
        var status = stat()
        guard !path.name.isEmpty, path.name != Array("..".utf8)[...] else { return false }
        return lstat(path.absolute(in: release.folder), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
