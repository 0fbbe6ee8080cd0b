internal import CFence
internal import Foundation

/// The process that sent the request.
struct Caller {
    /// The two users between whom folders change hands; `nil` if the caller is the launcher's own user.
    let ownership: Ownership?

    /// The capabilities that the launcher needs for another user's step: CAP_CHOWN and CAP_SYS_ADMIN.
    private static let needed: UInt64 = 1 << 0 | 1 << 21

    /// Asks the kernel who is at the other end of `connection`.
    ///
    /// Another user must own the socket, as Bellpull's user does. Root is refused: the launcher must never change the owner of
    /// root's files.
    init(_ connection: Int32) throws(FenceError) {
        var (user, group) = (uid_t.max, gid_t.max)
        guard linux_peer(connection, &user, &group) == 0 else { throw .system("identify the caller") }
        guard user != geteuid() else {
            ownership = nil
            return
        }
        guard user != 0, user == Self.owner(of: connection) else { throw .foreignCaller(user: user) }
        guard linux_capabilities() & Self.needed == Self.needed else {
            throw .failed(action: "isolate the step", reason: "the launcher lacks CAP_CHOWN or CAP_SYS_ADMIN")
        }
        ownership = Ownership(bellpull: (user, group))
    }

    /// The owner of the socket's file, which systemd has made.
    private static func owner(of connection: Int32) -> uid_t? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(connection, $0, &length) }
        }
        guard status == 0 else { return nil }
        return withUnsafePointer(to: &address.sun_path) { path in
            path.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: path.pointee)) { path in
                var file = stat()
                return lstat(path, &file) == 0 ? file.st_uid : nil
            }
        }
    }
}
