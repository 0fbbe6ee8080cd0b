internal import Foundation

/// The temporary folder of one command.
enum TemporaryStepFolder {
    /// Returns an unused path, below the temporary folder of this process, or of the launcher that systemd starts.
    static func newPath(isIsolated: Bool) -> String {
        let parent = isIsolated ? "/tmp" : getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        return "\(parent)/bellpull-step-\(UUID().uuidString.lowercased())"
    }

    static func create(_ path: String) throws(FenceError) {
        guard mkdir(path, 0o700) == 0 else { throw .unusable(path: path, reason: FenceError.reason) }
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
