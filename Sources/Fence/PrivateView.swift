internal import CFence
internal import Foundation

/// The view that an isolated step has of the files: the hidden folders are empty except for the step's own folders, and /proc
/// shows only the step's processes.
struct PrivateView {
    let command: FencedCommand

    /// One change of the view. The changes are made in the order of the paths: outer folders first.
    private enum Change {
        case cover
        /// Shows the files of an earlier view, which the descriptor stands for.
        case show(tree: Int32, isWritable: Bool, isFolder: Bool)
    }

    /// Makes the view for this process and its children. Needs CAP_SYS_ADMIN.
    func apply() throws {
        guard linux_new_mount_namespace() == 0, linux_make_mounts_private() == 0 else {
            throw FenceError.mountRefused(path: "/", reason: FenceError.reason)
        }
        let hidden = command.hidden.compactMap(Self.resolve)
        var changes = hidden.map { (path: $0, change: Change.cover) }
        changes += try trees(below: hidden)
        // The sort is stable: a folder that is hidden and shown is covered first.
        for (path, change) in changes.sorted(by: { $0.path < $1.path }) {
            switch change {
            case .cover: try cover(path)
            case .show(let tree, let isWritable, let isFolder):
                try show(tree, at: path, isWritable: isWritable, isFolder: isFolder)
            }
        }
        let shown = Set(changes.filter { if case .show = $0.change { true } else { false } }.map(\.path))
        // Fails for a folder that lies in another hidden folder, and has no mount of its own.
        for path in hidden where !shown.contains(path) { _ = linux_mount_read_only(AT_FDCWD, path, 0) }
        if access("/dev/shm", F_OK) == 0 {
            try mount("tmpfs", at: "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777,size=50%")
        }
        try mount("proc", at: "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "")
    }

    /// Opens the command's own folders that would be hidden.
    private func trees(below hidden: [String]) throws -> [(path: String, change: Change)] {
        let own = (command.writable + [command.home]).map { ($0, true) } + command.readable.map { ($0, false) }
        return try own.compactMap { name, isWritable in
            guard let path = Self.resolve(name) else {
                throw FenceError.unusable(path: name, reason: FenceError.reason)
            }
            guard hidden.contains(where: { path == $0 || path.hasPrefix("\($0)/") }) else { return nil }
            var status = stat()
            stat(path, &status)
            let tree = linux_open_tree(path)
            guard tree >= 0 else { throw FenceError.mountRefused(path: path, reason: FenceError.reason) }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            return (path, .show(tree: tree, isWritable: isWritable, isFolder: isFolder))
        }
    }

    private func cover(_ path: String) throws {
        var status = stat()
        // Hidden already, below another folder.
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
        try mount(
            "tmpfs", at: path, MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=1m,uid=\(geteuid()),gid=\(getegid())")
    }

    private func show(_ tree: Int32, at path: String, isWritable: Bool, isFolder: Bool) throws {
        defer { close(tree) }
        try? FileManager.default.createDirectory(
            atPath: isFolder ? path : URL(fileURLWithPath: path).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        if !isFolder { close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)) }
        if !isWritable, linux_mount_read_only(tree, "", 1) != 0 {
            throw FenceError.mountRefused(path: path, reason: FenceError.reason)
        }
        guard linux_move_mount(tree, path) == 0 else {
            throw FenceError.mountRefused(path: path, reason: FenceError.reason)
        }
    }

    private func mount(_ type: String, at path: String, _ flags: Int, _ options: String) throws(FenceError) {
        guard linux_mount(type, path, UInt(flags), options) == 0 else {
            throw .mountRefused(path: path, reason: FenceError.reason)
        }
    }

    /// Returns the path without symbolic links, or `nil` if the step's user cannot reach it.
    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
