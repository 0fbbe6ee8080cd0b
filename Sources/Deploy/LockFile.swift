internal import Foundation
internal import Git
internal import Text

/// The file `bellpull.lock`: a lock, and lines of text.
final class LockFile {
    private let path: String
    private var descriptor: Int32

    /// Opens the file in `folder`, and creates it if needed.
    init(in folder: String) throws(Failure) {
        path = Self.path(in: folder)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(path, because: errno) }
    }

    /// Opens the file in `folder`. Returns `nil` if there is none.
    init?(existingIn folder: String) throws(Failure) {
        path = Self.path(in: folder)
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .cannotWrite(path, because: errno) }
            return nil
        }
    }

    deinit { close() }

    /// Takes the lock. Returns false if another process has the lock.
    func tryLocking() -> Bool {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        if isInPlace { return true }
        // Somebody removed or replaced the file, and another process may have locked the new one.
        let current = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard current >= 0 else { return false }
        close()
        descriptor = current
        return false
    }

    /// Whether the path still leads to the opened file.
    private var isInPlace: Bool {
        var (opened, present) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && stat(path, &present) == 0
            && opened.st_ino == present.st_ino && opened.st_dev == present.st_dev
    }

    /// Whether another process has the lock.
    var isLocked: Bool { flock(descriptor, LOCK_SH | LOCK_NB) != 0 }

    /// When the file was last written.
    var time: FileTime? { FileTime(writingOf: descriptor) }

    /// The lines of the text.
    var lines: [String] {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Overwrites the text before truncating the file, so a line is never lost in between.
    func write(_ lines: [String]) {
        let text = lines.map { "\($0)\n" }.joined()
        pwrite(descriptor, text, text.utf8.count, 0)
        ftruncate(descriptor, off_t(text.utf8.count))
    }

    /// Waits until the text is on the disk.
    func synchronize() { fdatasync(descriptor) }

    /// Closes the file, and so releases the lock.
    func close() {
        if descriptor >= 0 { _ = Foundation.close(descriptor) }
        descriptor = -1
    }

    private static func path(in folder: String) -> String { "\(folder)/bellpull.lock" }
}

extension Failure {
    /// The system refuses to create or to write the file or folder at `path`.
    static func cannotWrite(_ path: String, because reason: Int32) -> Failure {
        let remedy: Remedy? =
            switch reason {
            case EACCES, EPERM: Remedy(.giveToService(path))
            case EROFS: Remedy(.remount(path))
            case ENOSPC, EDQUOT: Remedy(ShellCommand("df", "-h", path), note: "free some space")
            default: nil
            }
        return Failure("cannot write \(path): \(String(cString: strerror(reason)))", remedy: remedy)
    }
}
