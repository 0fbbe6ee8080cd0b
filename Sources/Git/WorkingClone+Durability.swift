internal import CLinux
internal import Foundation

extension WorkingClone {
    /// Waits until everything written so far to the work tree and the repository is on the disk (syncfs(2)). Git waits
    /// only for the repository: without this call, a power failure leaves a clone at the new commit with empty files.
    ///
    /// - Throws: `GitError` if the disk reports an error, such as a full disk of a network file system.
    public func synchronize() throws(GitError) {
        try FileSystem.synchronize([path, gitDirectory, commonDirectory])
    }
}

extension ReleaseTree {
    /// Waits until everything written so far to the release and the repository is on the disk (syncfs(2)).
    ///
    /// - Throws: `GitError` if the disk reports an error.
    public func synchronize() throws(GitError) { try FileSystem.synchronize([folder, repositoryFolder]) }
}

private enum FileSystem {
    /// Waits for the file systems of `folders`.
    static func synchronize(_ folders: [String]) throws(GitError) {
        var synchronized: Set<dev_t> = []
        for folder in folders {
            let descriptor = Foundation.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw unsynchronized(folder) }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw unsynchronized(folder) }
            guard synchronized.insert(status.st_dev).inserted else { continue }
            guard linux_syncfs(descriptor) == 0 else { throw unsynchronized(folder) }
        }
    }

    private static func unsynchronized(_ folder: String) -> GitError {
        GitError(
            arguments: [], termination: nil,
            message: "the files in \(folder) may not be on the disk: \(String(cString: strerror(errno)))")
    }
}
