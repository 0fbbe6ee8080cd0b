internal import CFence
internal import Foundation

/// Hands folders over from Bellpull's user to the step's user, and takes them back.
///
/// The launcher runs as the step's user with CAP_CHOWN. A Bellpull under somebody else's control gains nothing by it: only
/// files of these two users change their owner, and only between the two; files are opened without following links and
/// checked when they are open; chown(2) and the taking back clear setuid and setgid bits.
struct Ownership {
    /// Bellpull's user, who connected to the socket.
    let bellpull: (user: uid_t, group: gid_t)
    /// The step's user.
    let step = (user: geteuid(), group: getegid())

    /// Gives the files of Bellpull's user in `folder` to the step's user. The group of a file stays.
    ///
    /// A file with a second name stays Bellpull's: the other name may be in a live release.
    func handOver(_ folder: String) throws {
        let top = try Self.open(folder)
        guard [bellpull.user, step.user].contains(top.status.st_uid) else {
            throw FenceError.foreignFolder(path: folder)
        }
        try give(top)
        try FolderWalk { entry, _, _ in
            try give(entry)
            guard entry.isFolder, entry.isOwned(by: bellpull.user, or: step.user) else { return false }
            try openForOwner(entry)
            return true
        }.walk(top.descriptor)
    }

    private func give(_ entry: borrowing FolderEntry) throws {
        guard entry.status.st_uid == bellpull.user, !entry.isFile || entry.status.st_nlink == 1 else { return }
        try entry.give(to: step.user, group: nil)
    }

    /// Gives the files of the step's user in `folder` back to Bellpull's user, so that the step's user cannot write to them any
    /// more, under whatever name. Removes pipes, sockets and devices of the step's user.
    ///
    /// Call when no process of the step is left.
    func takeBack(_ folder: String) throws {
        let top = try Self.open(folder)
        guard top.isOwned(by: bellpull.user, or: step.user) else { throw FenceError.foreignFolder(path: folder) }
        if top.status.st_uid == step.user { try openForOwner(top) }
        try FolderWalk { entry, name, parent in
            guard entry.status.st_uid == step.user else {
                return entry.isFolder && entry.status.st_uid == bellpull.user
            }
            if entry.isFolder {
                try openForOwner(entry)
                return true
            }
            if entry.isFile || entry.isLink {
                try takeBack(entry)
            } else if unlinkat(parent, name, 0) != 0 {
                throw FenceError.system("remove a pipe or socket of the step")
            }
            return false
        } leave: { entry, _, _ in
            try takeBack(entry)
        }.walk(top.descriptor)
        try takeBack(top)
    }

    /// Lets the owner into the folder: somebody may have taken these rights away.
    private func openForOwner(_ folder: borrowing FolderEntry) throws {
        let mode = folder.status.st_mode & 0o777
        if mode & 0o700 != 0o700 { try folder.setMode(mode | 0o700) }
    }

    private func takeBack(_ entry: borrowing FolderEntry) throws {
        guard entry.status.st_uid == step.user else { return }
        let kept = entry.status.st_mode & 0o755 | (entry.isFolder ? 0o700 : 0)
        // A list lets nobody else write to a file whose group may not write (acl(5): the mask). Most files need no change, and
        // there may be many.
        if !entry.isLink, entry.isFolder || entry.status.st_mode & 0o7777 != kept {
            entry.removeAccessLists()
            try entry.setMode(kept)
        }
        let isStepsGroup = entry.status.st_gid == step.group
        try entry.give(to: bellpull.user, group: isStepsGroup ? bellpull.group : nil)
    }

    private static func open(_ folder: String) throws(FenceError) -> FolderEntry {
        guard let entry = FolderEntry(Array(folder.utf8CString), in: AT_FDCWD) else {
            let reason = FenceError.reason
            let parent = (folder as NSString).deletingLastPathComponent
            throw PathCheck.obstacle(on: parent) ?? .unusable(path: folder, reason: reason)
        }
        guard entry.isFolder else { throw .unusable(path: folder, reason: "not a folder") }
        return entry
    }
}

extension FolderEntry {
    func isOwned(by user: uid_t, or other: uid_t) -> Bool { status.st_uid == user || status.st_uid == other }
}
