internal import Foundation

/// The temporary folder of one command.
enum TemporaryStepFolder {
    private static let prefix = "bellpull-step-"

    /// The temporary folder of this process.
    private static var parent: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    /// Returns an unused path, below the temporary folder of this process, or of the launcher that systemd starts.
    static func newPath(isIsolated: Bool) -> String {
        "\(isIsolated ? "/tmp" : parent)/\(prefix)\(UUID().uuidString.lowercased())"
    }

    /// Creates the folder. Returns a descriptor with a lock (flock(2)): as long as it is open, the folder is in use.
    static func create(_ path: String) throws(FenceError) -> Int32 {
        guard mkdir(path, 0o700) == 0 else { throw .unusable(path: path, reason: FenceError.reason) }
        return lock(path) ?? -1
    }

    /// Opens and locks the folder. Returns `nil` if it is in use, or not this process's own.
    private static func lock(_ path: String) -> Int32? {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        var status = stat()
        guard fstat(folder, &status) == 0, status.st_uid == geteuid(), flock(folder, LOCK_EX | LOCK_NB) == 0 else {
            close(folder)
            return nil
        }
        return folder
    }

    /// Ends the commands and removes the folders of launchers that were killed together with their Bellpull.
    static func removeRemains() {
        for name in FolderListing.names(of: parent) where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            guard let folder = lock(path) else { continue }
            StepOrphans(temporary: path).end()
            remove(path)
            close(folder)
        }
    }

    /// Removes the folder with all contents, as far as they belong to this process's user.
    static func remove(_ path: String) {
        guard let top = FolderEntry(Array(path.utf8CString), in: AT_FDCWD), top.isFolder, top.status.st_uid == geteuid()
        else { return }
        try? top.setMode(0o700)
        try? FolderWalk { entry, name, parent in
            if entry.isFolder {
                try? entry.setMode(0o700)
                return true
            }
            unlinkat(parent, name, 0)
            return false
        } leave: { _, name, parent in
            unlinkat(parent, name, AT_REMOVEDIR)
        }.walk(top.descriptor)
        rmdir(path)
    }
}
