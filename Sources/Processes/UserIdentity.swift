internal import CLinux
internal import Foundation

/// A user of the system, for whom root does a part of its work.
public struct UserIdentity: Sendable, Equatable {
    /// The login name.
    public let name: String
    /// The number of the user.
    public let user: UInt32
    /// The number of the user's own group.
    public let group: UInt32
    /// The home in the list of users, which ssh takes for `~`.
    public let home: String

    /// Looks up the user with the number `user`; `nil` if the system has no such user.
    public init?(_ user: UInt32) { self.init(getpwuid(user)) }

    /// Looks up the user `name`; `nil` if the system has no such user.
    public init?(named name: String) { self.init(getpwnam(name)) }

    private init?(_ entry: UnsafeMutablePointer<passwd>?) {
        guard let entry = entry?.pointee else { return nil }
        name = String(cString: entry.pw_name)
        user = entry.pw_uid
        group = entry.pw_gid
        home = String(cString: entry.pw_dir)
    }

    /// Whether this process has the rights of another user than this one, and may change to this one.
    private var isOther: Bool { geteuid() == 0 && user != 0 }

    /// Runs `body` with the rights of this user, and takes root's rights back at the end. Without effect in a process of another
    /// user than root.
    ///
    /// All threads of the process change. Programs that `body` starts cannot take root's rights back: execve(2) forgets them.
    ///
    /// - Throws: an error of `body`, or `POSIXError` if the system refuses the change.
    public func act<Result>(_ body: () throws -> Result) throws -> Result {
        guard isOther else { return try body() }
        let groups = Self.groups
        let variables = ["HOME": home, "USER": name, "LOGNAME": name]
        let before = variables.keys.map { key in (key, getenv(key).map { String(cString: $0) }) }
        defer {
            Self.becomeRoot(groups)
            for (key, value) in before {
                if let value { setenv(key, value, 1) } else { unsetenv(key) }
            }
        }
        guard initgroups(name, group) == 0, linux_setresgid(group, group, 0) == 0,
            linux_setresuid(user, user, 0) == 0
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM) }
        for (key, value) in variables { setenv(key, value, 1) }
        return try body()
    }

    private static var groups: [gid_t] {
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = getgroups(Int32(groups.count), &groups)
        return Array(groups.prefix(Int(max(count, 0))))
    }

    /// Takes the rights of root back, which the saved user has kept.
    private static func becomeRoot(_ groups: [gid_t]) {
        let isRoot =
            linux_setresuid(0, 0, 0) == 0 && linux_setresgid(0, 0, 0) == 0 && setgroups(groups.count, groups) == 0
        precondition(isRoot, "the saved user of a process may always be taken back")
    }
}
