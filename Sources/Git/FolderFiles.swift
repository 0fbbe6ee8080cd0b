internal import Foundation

/// The files of a folder and of all folders in it (fts(3)). Follows no symbolic link.
struct FolderFiles {
    /// A file, a folder or a link.
    struct Entry {
        /// The path below the folder.
        let path: TreePath
        let status: stat
        var isLink: Bool { status.st_mode & S_IFMT == S_IFLNK }
        var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }
        var written: FileTime { FileTime(status.st_mtim) }
        var changed: FileTime { FileTime(status.st_ctim) }
    }

    private let folder: String

    init(_ folder: String) {
        self.folder = folder
    }

    /// Calls `body` for each entry, a folder before its files, until `body` returns false.
    func forEach(_ body: (Entry) throws -> Bool) rethrows {
        let root = Array(folder.utf8CString)
        var paths = [strdup(root), nil]
        defer { free(paths[0]) }
        guard let stream = fts_open(&paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nil) else { return }
        defer { fts_close(stream) }
        let prefix = root.count
        while let entry = fts_read(stream) {
            let isVisit = ![FTS_DP, FTS_D].contains(Int32(entry.pointee.fts_info))
            let isFolder = Int32(entry.pointee.fts_info) == FTS_D
            guard isVisit || isFolder, entry.pointee.fts_level > 0, let status = entry.pointee.fts_statp?.pointee,
                let path = entry.pointee.fts_path
            else { continue }
            let bytes = UnsafeBufferPointer(start: path, count: Int(entry.pointee.fts_pathlen)).dropFirst(prefix)
            guard try body(Entry(path: TreePath(bytes.map { UInt8(bitPattern: $0) }), status: status)) else { return }
        }
    }
}
