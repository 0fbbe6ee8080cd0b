internal import Foundation

extension ListeningSocket {
    /// What somebody finds who connects to a path.
    public enum Answer: Sendable, Equatable {
        /// Somebody listens.
        case accepted
        /// There is a socket, and nobody listens.
        case refused
        /// This user may not connect.
        case forbidden
        /// There is nothing.
        case missing
        /// There is something that is no socket.
        case notASocket
        /// It cannot be told; in the system's words.
        case unknown(reason: String)
    }

    /// Connects to the socket at `path`, sends nothing and hangs up.
    public static func probe(path: String) -> Answer {
        guard var address = sockaddr_un(path: path) else { return .unknown(reason: "the path is too long") }
        var status = stat()
        guard stat(path, &status) == 0 else { return answer(errno) }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .notASocket }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        defer { close(probe) }
        return address.withPointer { connect(probe, $0, $1) } == 0 ? .accepted : answer(errno)
    }

    private static func answer(_ code: Int32) -> Answer {
        switch code {
        // A full queue has somebody behind it.
        case EAGAIN: .accepted
        case ECONNREFUSED: .refused
        case EACCES, EPERM: .forbidden
        case ENOENT: .missing
        default: .unknown(reason: String(cString: strerror(code)))
        }
    }
}
