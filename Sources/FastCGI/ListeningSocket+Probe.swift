internal import Foundation

extension ListeningSocket {
    /// The result of a connection attempt to a socket.
    public enum ProbeResult: Sendable, Equatable {
        /// A process listens on the socket.
        case accepted
        /// The socket exists, but no process listens on it.
        case refused
        /// The current user has no right to connect.
        case forbidden
        /// Nothing exists at the path.
        case missing
        /// The file at the path is not a socket.
        case notASocket
        /// The attempt failed for another reason, in the system's words.
        case unknown(reason: String)
    }

    /// Connects to the socket at `path`, sends nothing and disconnects.
    public static func probe(path: String) -> ProbeResult {
        guard let address = UnixAddress(path: path) else { return .unknown(reason: "the path is too long") }
        var status = stat()
        guard stat(path, &status) == 0 else { return result(errno) }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .notASocket }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        defer { close(probe) }
        return address.withPointer { connect(probe, $0, $1) } == 0 ? .accepted : result(errno)
    }

    private static func result(_ code: Int32) -> ProbeResult {
        switch code {
        // The queue is full, so that a process listens.
        case EAGAIN: .accepted
        case ECONNREFUSED: .refused
        case EACCES, EPERM: .forbidden
        case ENOENT: .missing
        default: .unknown(reason: String(cString: strerror(code)))
        }
    }
}
