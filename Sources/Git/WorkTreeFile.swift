internal import Foundation

/// Reads files of a work tree, whose names need not be UTF-8.
enum WorkTreeFile {
    /// The largest file to compare. A larger file counts as unknown.
    private static let limit = 64 << 20

    /// Returns the content of the file at `path`, or the target of the symbolic link, or `nil` if it cannot be read.
    static func content(_ path: [CChar]) -> [UInt8]? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_size <= limit else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        if status.st_mode & S_IFMT == S_IFLNK {
            let count = bytes.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.map { readlink(path, $0, bytes.count) } ?? -1
            }
            return count < 0 ? nil : Array(bytes.prefix(count))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.map { read(descriptor, $0 + length, bytes.count - length) } ?? -1
            }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            length += count
        }
        return Array(bytes.prefix(length))
    }
}
