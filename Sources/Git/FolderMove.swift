public import Foundation

/// Moves what is in a folder to another folder of the same file system. Names may be any bytes.
public struct FolderMove: Sendable {
    /// The folder to take the entries from.
    private let source: String
    private let target: String
    private var moved: [TreePath] = []

    /// Prepares to move what is in `source` to `target`. An entry of `target` is never replaced.
    public init(from source: String, to target: String) { (self.source, self.target) = (source, target) }

    /// Moves the entries.
    ///
    /// - Throws: the error of the first entry that cannot be moved. The entries before are moved, and `takeBack` moves them back.
    public mutating func run() throws(POSIXError) {
        for name in FolderFiles.names(in: Array(source.utf8CString)) {
            let path = TreePath(name)
            try Self.move(path, from: source, to: target)
            moved.append(path)
        }
    }

    /// Moves the entries back that `run` has moved.
    public mutating func takeBack() {
        for path in moved.reversed() { try? Self.move(path, from: target, to: source) }
        moved = []
    }

    private static func move(_ path: TreePath, from source: String, to target: String) throws(POSIXError) {
        let place = path.absolute(in: target)
        var status = stat()
        guard lstat(place, &status) != 0 else { throw POSIXError(.EEXIST) }
        guard rename(path.absolute(in: source), place) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }
}
