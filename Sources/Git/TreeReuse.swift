internal import CLinux
internal import Foundation

/// Puts the files of one folder into another without writing them again.
///
/// Walks the paths of a commit in their order, and keeps the folders on the way to the present path open: names are
/// short, and no symbolic link on the way is followed.
struct TreeReuse {
    private let method: ReleaseTree.Reuse
    /// When steps were about to change the old files: a file written later is not git's.
    private let changesSince: FileTime?
    /// The open folders on the way to the present path; the first is the root. `source` is negative if the old folder
    /// has no such folder.
    private var open: [(name: [UInt8], source: Int32, target: Int32)]

    /// Opens both folders. Returns `nil` if one of them cannot be opened.
    init?(from source: String, to target: String, _ method: ReleaseTree.Reuse, changesSince: FileTime?) {
        self.method = method
        self.changesSince = changesSince
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW
        let descriptors = (Foundation.open(source, flags), Foundation.open(target, flags))
        guard descriptors.0 >= 0, descriptors.1 >= 0 else {
            if descriptors.0 >= 0 { _ = Foundation.close(descriptors.0) }
            if descriptors.1 >= 0 { _ = Foundation.close(descriptors.1) }
            return nil
        }
        open = [(name: [], source: descriptors.0, target: descriptors.1)]
    }

    /// Closes the folders.
    mutating func finish() {
        for folder in open { Self.close(folder.source, folder.target) }
        open = []
    }

    private static func close(_ descriptors: Int32...) {
        for descriptor in descriptors where descriptor >= 0 { _ = Foundation.close(descriptor) }
    }

    /// Reuses the file at `path`, whose bytes a zero follows. Does nothing if the old folder has no such file, or if the
    /// system refuses: git then writes the file.
    mutating func reuse(_ path: UnsafeBufferPointer<UInt8>) {
        guard let base = path.baseAddress else { return }
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        enter(path[..<(slash ?? 0)])
        guard let folder = open.last, folder.source >= 0, folder.target >= 0 else { return }
        let name = UnsafeRawPointer(base + (slash.map { $0 + 1 } ?? 0)).assumingMemoryBound(to: CChar.self)
        guard !isChanged(name, in: folder.source) else { return }
        if method == .links, linkat(folder.source, name, folder.target, name, 0) == 0 { return }
        // A file can have only so many links, and some file systems have none.
        if method == .copies || [EMLINK, EPERM, EXDEV, EOPNOTSUPP].contains(errno) {
            Self.copy(name, from: folder.source, to: folder.target)
        }
    }

    /// Whether a step wrote the file. Git compares times in whole seconds, and a build may start within the second of the
    /// checkout.
    private func isChanged(_ name: UnsafePointer<CChar>, in folder: Int32) -> Bool {
        guard let changesSince else { return false }
        var status = stat()
        return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || FileTime(status.st_mtim) > changesSince
    }

    /// Opens the folders of `path`, and creates the new ones.
    private mutating func enter(_ path: Slice<UnsafeBufferPointer<UInt8>>) {
        let names = path.split(separator: UInt8(ascii: "/"))
        var depth = 0
        while depth < names.count, depth + 1 < open.count, open[depth + 1].name.elementsEqual(names[depth]) {
            depth += 1
        }
        while open.count > depth + 1 {
            let left = open.removeLast()
            Self.close(left.source, left.target)
        }
        for name in names[depth...] {
            guard let parent = open.last else { return }
            let bytes = Array(name) + [0]
            let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW
            let descriptors = bytes.withUnsafeBytes { bytes -> (Int32, Int32) in
                guard let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return (-1, -1) }
                guard parent.target >= 0 else { return (-1, -1) }
                mkdirat(parent.target, text, 0o755)
                let source = parent.source >= 0 ? openat(parent.source, text, flags) : -1
                return (source, openat(parent.target, text, flags))
            }
            open.append((Array(name), descriptors.0, descriptors.1))
        }
    }

    /// Copies the regular file `name` with its permissions and times. Leaves no incomplete copy.
    private static func copy(_ name: UnsafePointer<CChar>, from sourceFolder: Int32, to targetFolder: Int32) {
        let source = openat(sourceFolder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard source >= 0 else { return }
        defer { Self.close(source) }
        var status = stat()
        guard fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        let target = openat(targetFolder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard target >= 0 else { return }
        defer { Self.close(target) }
        guard linux_reflink(target, source) == 0 || copyBytes(from: source, to: target, Int(status.st_size)) else {
            unlinkat(targetFolder, name, 0)
            return
        }
        // A file of a release without steps is read-only.
        fchmod(target, status.st_mode & 0o777 | 0o200)
        _ = [status.st_atim, status.st_mtim].withUnsafeBufferPointer { futimens(target, $0.baseAddress) }
    }

    /// Copies within the kernel (copy_file_range(2)).
    private static func copyBytes(from source: Int32, to target: Int32, _ size: Int) -> Bool {
        var left = size
        while left > 0 {
            let count = linux_copy_file_range(source, target, left)
            // 0: the file became shorter.
            guard count > 0 else { return false }
            left -= count
        }
        return true
    }
}
