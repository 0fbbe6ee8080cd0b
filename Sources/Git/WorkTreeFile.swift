internal import Foundation

/// Reads and copies files of a work tree, whose names need not be UTF-8.
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

    /// Whether one of the folders in `root` has the file `path` with the same content: a deployment that fails again and
    /// again must not fill the disk with copies.
    static func isSaved(_ path: TreePath, _ content: [UInt8], in root: String) -> Bool {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return folders.contains { self.content(path.absolute(in: "\(root)/\($0)")) == content }
    }

    /// Copies the regular file at `path` to `copy`, with its permissions and times. Returns false, and leaves no copy, if
    /// that fails, as on a full disk.
    @discardableResult
    static func copy(_ path: [CChar], to copy: [CChar]) -> Bool {
        let source = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard source >= 0 else { return false }
        defer { close(source) }
        var status = stat()
        guard fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        let target = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard target >= 0 else { return false }
        defer { close(target) }
        guard copyBytes(from: source, to: target) else {
            unlink(copy)
            return false
        }
        fchmod(target, status.st_mode & 0o7777)
        _ = [status.st_atim, status.st_mtim].withUnsafeBufferPointer { futimens(target, $0.baseAddress) }
        return true
    }

    private static func copyBytes(from source: Int32, to target: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = read(source, &buffer, buffer.count)
            if count <= 0 { return count == 0 }
            var written = 0
            while written < count {
                let part = write(target, Array(buffer[written..<count]), count - written)
                guard part > 0 else { return false }
                written += part
            }
        }
    }
}
