import Foundation
import Text

/// A small file that appears as a whole: after a crash or a power failure, the file has the old or the new content, or is not
/// there.
struct NewFile {
    let path: String
    private let mode: mode_t
    private let group: gid_t?

    /// Describes the file at `path`.
    ///
    /// - Parameter group: the group that the file belongs to; `nil` for the group of this process.
    init(_ path: String, mode: mode_t, group: gid_t? = nil) {
        (self.path, self.mode, self.group) = (path, mode, group)
    }

    /// The path of the unfinished file. The name begins with a dot, so that nobody takes it for the file of a site.
    var draft: String {
        let parts = (path as NSString)
        return "\(parts.deletingLastPathComponent)/.\(parts.lastPathComponent).new"
    }

    /// Writes the file, or replaces it.
    func replace(with text: String) throws(CommandError) {
        try writeDraft(text)
        guard rename(draft, path) == 0 else { throw fail(path, errno) }
        Self.synchronizeFolder(of: path)
    }

    /// Writes the file. Returns false, and changes nothing, if a file of that name is there already. A link to a missing file
    /// counts as a file.
    ///
    /// - Parameter journal: notes the file right before the file gets its name.
    func create(with text: String, _ journal: Journal) throws(CommandError) -> Bool {
        try journal.note(Journal.Trace(.draft, draft, nil))
        try writeDraft(text)
        defer { unlink(draft) }
        // The name is a second link to the draft: a file of another identity is not ours.
        try journal.note(Journal.Trace(.file, path, FileIdentity(of: draft)))
        guard link(draft, path) == 0 else {
            guard errno == EEXIST else { throw fail(path, errno) }
            return false
        }
        Self.synchronizeFolder(of: path)
        return true
    }

    private func writeDraft(_ text: String) throws(CommandError) {
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fail(draft, errno) }
        defer { close(descriptor) }
        // The group comes before the permissions: the content is in the file only after both.
        if let group, fchown(descriptor, geteuid(), group) != 0 { throw fail(draft, errno) }
        guard fchmod(descriptor, mode) == 0 else { throw fail(draft, errno) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw fail(draft, errno) }
            bytes = bytes.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw fail(draft, errno) }
    }

    private func fail(_ path: String, _ code: Int32) -> CommandError {
        unlink(draft)
        let hint: String? =
            switch code {
            case ENOSPC, EDQUOT:
                "df -h \((path as NSString).deletingLastPathComponent.quotedForShell)  # free some space, and run the command again"
            case EACCES, EPERM: "run the command as root"
            case EROFS: "\(ShellCommand.remount((path as NSString).deletingLastPathComponent))"
            default: nil
            }
        return CommandError(.failure, "cannot write \(path): \(String(cString: strerror(code)))", hint: hint)
    }

    /// Waits until the names in the folder of `path` are on the disk.
    static func synchronizeFolder(of path: String) {
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
