internal import Foundation

/// A walk through a folder and everything below, without following links and within one file system.
///
/// One folder is open at a time, so a tree may have any depth. The way up is `..`, and must lead to the folder that the walk
/// came from.
struct FolderWalk {
    /// Called for each entry. Returns whether to walk through the entry, which must be a folder that can be opened.
    let enter: (borrowing FolderEntry, _ name: [CChar], _ folder: Int32) throws -> Bool
    /// Called for each folder that was walked through.
    var leave: (borrowing FolderEntry, _ name: [CChar], _ folder: Int32) throws -> Void = { _, _, _ in }

    private struct Level {
        let name: [CChar]
        let device: dev_t
        let inode: ino_t
        var rest: [[CChar]]

        init(_ folder: Int32, name: [CChar]) throws(FenceError) {
            self.name = name
            var status = stat()
            guard fstat(folder, &status) == 0,
                let names = FolderListing.names(closing: fcntl(folder, F_DUPFD_CLOEXEC, 0))
            else { throw .system("read a folder of the step") }
            (device, inode, rest) = (status.st_dev, status.st_ino, names)
        }
    }

    /// Walks through the folder, which stays open.
    func walk(_ top: Int32) throws {
        var current = try Self.open(Array(".".utf8CString), in: top)
        defer { close(current) }
        var levels = [try Level(current, name: [])]
        let device = levels[0].device
        while let last = levels.indices.last {
            guard let name = levels[last].rest.popLast() else {
                guard last > 0 else { return }
                try goUp(&current, from: levels.removeLast(), to: levels[last - 1])
                continue
            }
            guard let entry = FolderEntry(name, in: current) else { continue }
            guard try enter(entry, name, current), entry.isFolder, entry.status.st_dev == device else { continue }
            try Self.replace(&current, with: Self.open(name, in: current))
            levels.append(try Level(current, name: name))
        }
    }

    private func goUp(_ current: inout Int32, from child: Level, to parent: Level) throws {
        try Self.replace(&current, with: Self.open(Array("..".utf8CString), in: current))
        var status = stat()
        guard fstat(current, &status) == 0, status.st_dev == parent.device, status.st_ino == parent.inode else {
            throw FenceError.failed(action: "walk through a folder of the step", reason: "the folder was moved")
        }
        guard let entry = FolderEntry(child.name, in: current) else { return }
        try leave(entry, child.name, current)
    }

    private static func replace(_ current: inout Int32, with next: Int32) {
        close(current)
        current = next
    }

    private static func open(_ name: [CChar], in folder: Int32) throws(FenceError) -> Int32 {
        let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open a folder of the step") }
        return descriptor
    }
}
