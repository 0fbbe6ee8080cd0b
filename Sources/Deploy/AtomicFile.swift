internal import Foundation

/// A small file that is replaced as a whole: after a crash or a power failure, the file has the old or the new content.
struct AtomicFile {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Replaces the content, and waits until it is on the disk.
    func write(_ content: Data) throws(Failure) {
        // Two processes may write at once.
        let new = "\(path).\(UUID().uuidString.prefix(8)).new"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(new) }
        let isWritten = content.withUnsafeBytes { bytes in
            Foundation.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
        }
        guard isWritten, fsync(descriptor) == 0 else {
            let failure = failure(new)
            close(descriptor)
            unlink(new)
            throw failure
        }
        close(descriptor)
        guard rename(new, path) == 0 else {
            let failure = failure(path)
            unlink(new)
            throw failure
        }
        try synchronizeFolder()
    }

    /// Waits until the folder of the file is on the disk.
    func synchronizeFolder() throws(Failure) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder) }
    }

    private func failure(_ path: String) -> Failure { .cannotWrite(path, because: errno) }
}
