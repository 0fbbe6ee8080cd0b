import Foundation
import Processes
import Text

/// A folder that another user may not enter.
enum ClosedFolder {
    /// Returns the first folder on the way to `path`, with the folder at `path` itself, that `user` may not enter, as far as its
    /// permissions tell (inode(7)).
    static func first(onTheWayTo path: String, for user: ServiceUser) -> String? {
        guard !user.isRoot, let user = UserIdentity(named: user.name) else { return nil }
        let ends = path.indices.filter { path[$0] == "/" && $0 > path.startIndex } + [path.endIndex]
        return ends.map { String(path[..<$0]) }.first { folder in
            var status = stat()
            guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
            // The remedy for the site's own folder is another owner.
            if folder == path, access("\(path)/.git", F_OK) == 0 { return false }
            if status.st_uid == user.user { return status.st_mode & S_IXUSR == 0 }
            return status.st_mode & (status.st_gid == user.group ? S_IXGRP : S_IXOTH) == 0
        }
    }
}
