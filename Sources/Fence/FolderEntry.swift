internal import CFence
internal import Foundation

/// A file of any kind in a folder that is open. Names are bytes: they need not be UTF-8.
///
/// `descriptor` stands for the file itself (O_PATH), so nobody can put another file in its place between a check and a change.
struct FolderEntry: ~Copyable {
    let descriptor: Int32
    let status: stat

    /// Opens the entry `name` of `folder`, but follows no link. Returns `nil` if there is no such entry.
    init?(_ name: [CChar], in folder: Int32) {
        descriptor = linux_open_path(folder, name, 0)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        fstat(descriptor, &status)
        self.status = status
    }

    deinit { close(descriptor) }

    var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }
    var isLink: Bool { status.st_mode & S_IFMT == S_IFLNK }
    var isFile: Bool { status.st_mode & S_IFMT == S_IFREG }

    /// The name under which calls without a descriptor reach the file itself. Must not be used for a link, which they would
    /// follow.
    private var path: String { "/proc/self/fd/\(descriptor)" }

    /// Gives the file to `user`, and to `group` if that is not `nil`.
    func give(to user: uid_t, group: gid_t?) throws(FenceError) {
        guard linux_change_owner(descriptor, user, group ?? gid_t.max) == 0 else {
            throw .system("hand a file over")
        }
    }

    /// Sets the mode of a file or folder.
    func setMode(_ mode: mode_t) throws(FenceError) {
        guard chmod(path, mode) == 0 else { throw .system("change the mode of a file of the step") }
    }

    /// Removes the lists that could let others write (acl(5)).
    func removeAccessLists() {
        removexattr(path, "system.posix_acl_access")
        if isFolder { removexattr(path, "system.posix_acl_default") }
    }
}
