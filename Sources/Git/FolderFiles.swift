internal import Foundation

/// The files of a folder and of all folders in it. Follows no symbolic link.
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
        // A stack and no recursion: a build may nest folders as deep as it likes.
        var folders: [TreePath?] = [nil]
        while let parent = folders.popLast() {
            for name in Self.names(in: parent?.absolute(in: folder) ?? Array(folder.utf8CString)) {
                let path = parent?.appending(name) ?? TreePath(name)
                var status = stat()
                guard lstat(path.absolute(in: folder), &status) == 0 else { continue }
                let entry = Entry(path: path, status: status)
                guard try body(entry) else { return }
                if entry.isFolder { folders.append(path) }
            }
        }
    }

    /// The names in a folder; none if it cannot be read.
    static func names(in path: [CChar]) -> [[UInt8]] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
                    Array(
                        UnsafeBufferPointer(
                            start: bytes, count: strlen(UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self))))
                }
            }
            if name != [UInt8(ascii: ".")], name != [UInt8(ascii: "."), UInt8(ascii: ".")] { names.append(name) }
        }
        return names
    }
}
