internal import Foundation

/// The address of a unix socket: a path in the file system (unix(7)).
struct UnixAddress {
    private var raw = sockaddr_un()

    /// Returns `nil` if `path` is empty or longer than 107 bytes.
    init?(path: String) {
        raw.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &raw.sun_path) { field in
            guard !bytes.isEmpty, bytes.count < field.count else { return false }
            field.copyBytes(from: bytes)
            return true
        }
        guard fits else { return nil }
    }

    /// Calls `body` with the address as bind(2) and connect(2) take it. The pointer is valid only during the call.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: raw) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
