import Foundation

/// The device and the inode of a file or folder. A path may lead to another file later.
struct FileIdentity: Equatable, CustomStringConvertible {
    let device: UInt64
    let inode: UInt64

    /// What became of a file to remove.
    enum Removal: Equatable {
        case removed
        case missing
        /// The reason why the file stays.
        case kept(String)
    }

    /// Reads the identity of the file at `path` itself, not of a link's target; `nil` if there is none.
    init?(of path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Reads the identity of the file that `path` leads to; `nil` if there is none.
    init?(following path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) { (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino)) }

    /// Parses `description`.
    init?(_ text: Substring) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else { return nil }
        (self.device, self.inode) = (device, inode)
    }

    var description: String { "\(device):\(inode)" }

    /// Removes the file at `path` if the file is still this one.
    func removeFile(at path: String) -> Removal { remove(path, folder: false) }

    /// Removes the folder at `path` if the folder is still this one, and is empty.
    func removeFolder(at path: String) -> Removal { remove(path, folder: true) }

    /// The folder above is held open: a link that another user puts on the way meanwhile leads nowhere.
    private func remove(_ path: String, folder: Bool) -> Removal {
        let (above, name) = ((path as NSString).deletingLastPathComponent, (path as NSString).lastPathComponent)
        let descriptor = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? .missing : Self.kept(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            return errno == ENOENT ? .missing : Self.kept(errno)
        }
        guard FileIdentity(status) == self else { return .kept("another \(folder ? "folder" : "file") has its place") }
        guard unlinkat(descriptor, name, folder ? Int32(AT_REMOVEDIR) : 0) == 0 else {
            return errno == ENOTEMPTY || errno == EEXIST ? .kept("it has files in it") : Self.kept(errno)
        }
        return .removed
    }

    private static func kept(_ code: Int32) -> Removal { .kept(String(cString: strerror(code))) }
}
