import Foundation

/// A user of the system and the user's groups.
struct Account {
    private let user: uid_t
    private let groups: [gid_t]

    /// Looks up the user `name`; `nil` if the system has no such user.
    init?(_ name: String) {
        guard let entry = getpwnam(name) else { return nil }
        user = entry.pointee.pw_uid
        var count: Int32 = 64
        var groups = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, entry.pointee.pw_gid, &groups, &count) >= 0 else { return nil }
        self.groups = Array(groups.prefix(Int(count)))
    }

    /// Whether the permissions in `status` let the user write (inode(7)).
    func mayWrite(_ status: stat) -> Bool {
        if user == 0 { return true }
        if user == status.st_uid { return status.st_mode & S_IWUSR != 0 }
        return status.st_mode & (groups.contains(status.st_gid) ? S_IWGRP : S_IWOTH) != 0
    }
}
