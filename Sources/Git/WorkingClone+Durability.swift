internal import CLinux
internal import Foundation

extension WorkingClone {
    /// Waits until everything written so far to the work tree and the repository is on the disk (syncfs(2)). Git waits
    /// only for the repository: without this call, a power failure leaves a clone at the new commit with empty files.
    ///
    /// - Throws: `GitError` if the disk reports an error, such as a full disk of a network file system.
    public func synchronize() throws(GitError) {
        var synchronized: Set<dev_t> = []
        for folder in [path, gitDirectory, commonDirectory] {
            let descriptor = Foundation.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Self.unsynchronized(folder) }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw Self.unsynchronized(folder) }
            guard synchronized.insert(status.st_dev).inserted else { continue }
            guard linux_syncfs(descriptor) == 0 else { throw Self.unsynchronized(folder) }
        }
    }

    private static func unsynchronized(_ folder: String) -> GitError {
        GitError(
            arguments: [], termination: nil,
            message: "the files in \(folder) may not be on the disk: \(String(cString: strerror(errno)))")
    }
}
