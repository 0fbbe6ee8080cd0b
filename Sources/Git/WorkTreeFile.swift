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
            let count = bytes.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, $0.count) }
            return count < 0 ? nil : Array(bytes.prefix(count))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + length, $0.count - length) }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            length += count
        }
        return Array(bytes.prefix(length))
    }
}
