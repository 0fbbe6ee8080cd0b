public import Foundation

/// The address of a unix socket (unix(7)): a path in the file system, or an abstract name.
public struct UnixAddress: Sendable {
    private let address: sockaddr_un
    private let size: socklen_t

    /// Creates the address of the socket at `path`. Returns `nil` if the path is empty or longer than 107 bytes.
    public init?(path: String) {
        self.init(path, isAbstract: false)
    }

    /// Creates an address from the value of `NOTIFY_SOCKET`: an absolute path, or `@` and the name of an abstract socket
    /// (sd_notify(3)). Returns `nil` for another kind of address, such as `vsock:2:1234`.
    public init?(notifySocket text: String) {
        guard text.hasPrefix("/") || text.hasPrefix("@") else { return nil }
        self.init(text, isAbstract: text.hasPrefix("@"))
    }

    private init?(_ text: String, isAbstract: Bool) {
        var address = sockaddr_un()
        let count = text.utf8.count
        guard count > (isAbstract ? 1 : 0), count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        guard !text.utf8.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: text.utf8) }
        if isAbstract { address.sun_path.0 = 0 }
        // The name of an abstract socket ends with the address, a path with a zero byte.
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        size = socklen_t(offset + count + (isAbstract ? 0 : 1))
        self.address = address
    }

    /// Calls `body` with the address and its size in bytes, as bind(2) and connect(2) take them. The pointer is valid only
    /// during the call.
    public func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }
}
