internal import CFastCGI
internal import Foundation
internal import Synchronization

/// A listening socket: the one this process was given as descriptor 0 (FastCGI 1.0 §2.2), or one made at a path.
public final class ListeningSocket: Sendable {
    /// Why there is no listening socket.
    public enum SocketError: Error, Equatable {
        /// Somebody answers on the socket that stands at the path.
        case inUse(path: String)
        /// Something that is no socket stands at the path.
        case notASocket(path: String)
        /// The path is longer than the 107 bytes an address holds (unix(7)).
        case pathTooLong(path: String)
        /// The system refused; in its own words.
        case refused(path: String, reason: String)
    }

    private let descriptor: Int32
    /// Where it stands in the file system, if it was made here, and as long as it does.
    private let path: Mutex<String?>

    private init(descriptor: Int32, path: String?) {
        self.descriptor = descriptor
        self.path = Mutex(path)
        // Whoever made it may have wanted otherwise; our threads wait in accept.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    }

    deinit {
        withdraw()
        close(descriptor)
    }

    /// Removes the socket from the file system if it was made here: who connects from now on is refused at once, and
    /// another process may make its own.
    func withdraw() {
        path.withLock { path in
            if let path { unlink(path) }
            path = nil
        }
    }

    /// The listening socket on descriptor 0, or `nil` if there is none. Its number is then taken by `/dev/null`, so
    /// that no child process can be given the socket by mistake.
    public static func inherited() -> ListeningSocket? {
        guard isInherited else { return nil }
        let descriptor = fcntl(0, F_DUPFD_CLOEXEC, 3)
        guard descriptor >= 0 else { return nil }
        let null = open("/dev/null", O_RDONLY)
        dup2(null, 0)
        close(null)
        return ListeningSocket(descriptor: descriptor, path: nil)
    }

    /// Whether descriptor 0 is a listening socket.
    public static var isInherited: Bool {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout.size(ofValue: value))
        return getsockopt(0, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value == 1
    }

    /// Makes a socket at `path`, readable and writable for its owner and group (mode 0660). A socket that a dead process
    /// left there is replaced; one on which somebody answers is not.
    public convenience init(path: String, backlog: Int32 = 1024) throws(SocketError) {
        guard var address = sockaddr_un(path: path) else { throw .pathTooLong(path: path) }
        try Self.removeStaleSocket(at: path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // Bound under a mask that leaves nothing open between bind and chmod.
        let mask = umask(0o177)
        let isBound = address.withPointer { bind(descriptor, $0, $1) } == 0
        let bindError = errno
        umask(mask)
        guard isBound else {
            close(descriptor)
            throw .refused(path: path, reason: String(cString: strerror(bindError)))
        }
        guard chmod(path, 0o660) == 0, listen(descriptor, backlog) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw .refused(path: path, reason: reason)
        }
        self.init(descriptor: descriptor, path: path)
    }

    /// Waits for the next connection and returns it, close-on-exec; `nil` if a signal came first or there is no room
    /// for it now.
    func accept() -> Int32? {
        let connection = accept4(descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
        if connection >= 0 { return connection }
        // Out of descriptors or memory: the connection stays queued. To ask again at once would only burn the processor.
        if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { usleep(50_000) }
        return nil
    }

    private static func removeStaleSocket(at path: String) throws(SocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        // Only a refusal says that nobody is there. Of one that was just killed, a process that it was starting may hold
        // the socket for a moment.
        for _ in 0..<10 {
            if probe(path: path) == .refused {
                unlink(path)
                return
            }
            usleep(20_000)
        }
        throw .inUse(path: path)
    }
}
