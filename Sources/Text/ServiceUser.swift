public import Foundation
internal import Synchronization

/// The user who deploys. Clones, keys and `known_hosts` belong to this user, so remedies act as this user.
public struct ServiceUser: Sendable, Equatable {
    /// The login name.
    public let name: String

    /// Creates the user `name`.
    public init(name: String) {
        self.name = name
    }

    /// Whether the user is root, who needs no runuser(1).
    public var isRoot: Bool { name == "root" }

    /// The user of the service: the owner of its state folder, if a person runs a command; otherwise the effective user of
    /// this process. `bellpull` if the system does not know the user's name.
    public static var current: ServiceUser {
        assumed ?? ServiceUser(name: name(of: owner.withLock(\.self) ?? geteuid()) ?? "bellpull")
    }

    /// Sets the user to the owner of the state folder. Has no effect in a test that assumes a user: other tests of the process
    /// would have the owner too.
    public static func deploys(as owner: uid_t) {
        if assumed == nil { self.owner.withLock { $0 = owner } }
    }

    /// Whether this process certainly runs as the service's user: it is the service, or root's command after it became the user.
    /// Otherwise no remedy may give files to the user of this process.
    public static var isThisProcess: Bool { assumed != nil || isService.withLock(\.self) }

    /// Notes that this process runs as the service's user.
    public static func declareThisProcess() { isService.withLock { $0 = true } }

    private static let owner = Mutex<uid_t?>(nil)
    private static let isService = Mutex(false)

    /// The user that a test assumes. A test that runs as root cannot become another user and back.
    @TaskLocal package static var assumed: ServiceUser?

    private static func name(of user: uid_t) -> String? {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4096)
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress,
                getpwuid_r(user, &entry, start, buffer.count, &result) == 0
            else { return nil }
            return result?.pointee.pw_name.map { String(cString: $0) }
        }
    }
}
