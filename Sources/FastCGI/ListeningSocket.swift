internal import CFastCGI
internal import Foundation
internal import Synchronization

/// A listening socket: inherited by this process as descriptor 0 (FastCGI 1.0 §2.2), or created at a path.
public final class ListeningSocket: Sendable {
    /// Why there is no listening socket.
    public enum SocketError: Error, Equatable {
        /// Another process listens on the socket at the path.
        case inUse(path: String)
        /// The file at the path is not a socket.
        case notASocket(path: String)
        /// The path is longer than the 107 bytes that fit into an address (unix(7)).
        case pathTooLong(path: String)
        /// The system refused to create the socket; the reason is in the system's words.
        case refused(path: String, reason: String)
    }

    let descriptor: Int32
    /// The path of a socket created here and not removed yet.
    private let path: Mutex<String?>

    private init(descriptor: Int32, path: String?) {
        self.descriptor = descriptor
        self.path = Mutex(path)
        // The parent process may have made an inherited socket non-blocking, but our threads block in accept(2).
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    }

    deinit {
        withdraw()
        close(descriptor)
    }

    /// Removes the socket from the file system if it was created here. The system then refuses new connections at once,
    /// and another process may create its own socket at the path.
    public func withdraw() {
        path.withLock { path in
            if let path { unlink(path) }
            path = nil
        }
    }

    /// Returns the listening socket on descriptor 0, or else the one that systemd passed from `bellpull.socket` or
    /// `bellpull@USER.socket`; `nil` if there is none. Replaces descriptor 0 by `/dev/null`, to keep child processes from
    /// inheriting the socket by mistake.
    public static func inherited(_ environment: [String: String] = [:]) -> ListeningSocket? {
        guard isInherited else {
            return passed(environment) {
                $0 == "bellpull.socket" || $0.hasPrefix("bellpull@") && $0.hasSuffix(".socket")
            }
        }
        let descriptor = fcntl(0, F_DUPFD_CLOEXEC, 3)
        guard descriptor >= 0 else { return nil }
        let null = open("/dev/null", O_RDONLY)
        dup2(null, 0)
        close(null)
        return ListeningSocket(descriptor: descriptor, path: nil)
    }

    /// Returns the listening socket that systemd passed under `name` (sd_listen_fds(3), FileDescriptorName= in systemd.socket(5)),
    /// or `nil` if there is none. Keeps child processes from inheriting any of the passed descriptors.
    public static func passed(named name: String, _ environment: [String: String]) -> ListeningSocket? {
        passed(environment) { $0 == name }
    }

    private static func passed(
        _ environment: [String: String], where isWanted: (Substring) -> Bool
    ) -> ListeningSocket? {
        guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == getpid(),
            let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), (1...64).contains(count)
        else { return nil }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var found: ListeningSocket?
        for (descriptor, passed) in zip(3..<3 + count, names) {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            if isWanted(passed), found == nil, isListening(descriptor) {
                found = ListeningSocket(descriptor: descriptor, path: nil)
            }
        }
        return found
    }

    /// Whether descriptor 0 is a listening socket.
    public static var isInherited: Bool { isListening(STDIN_FILENO) }

    private static func isListening(_ descriptor: Int32) -> Bool {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout.size(ofValue: value))
        return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value == 1
    }

    /// Creates a socket at `path`, readable and writable for its owner and group (mode 0660). Replaces a socket that a
    /// dead process left at the path, but not a socket on which a process listens.
    public convenience init(path: String, backlog: Int32 = 1024) throws(SocketError) {
        guard let address = UnixAddress(path: path) else { throw .pathTooLong(path: path) }
        try Self.removeStaleSocket(at: path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // Keeps other users out between bind and chmod: on Linux, bind gives the file the mode of the descriptor.
        // A umask would do the same, but for all threads: a git started meanwhile would write files that only its
        // own user can read.
        fchmod(descriptor, 0o600)
        guard address.withPointer({ bind(descriptor, $0, $1) }) == 0, chmod(path, 0o660) == 0,
            listen(descriptor, backlog) == 0
        else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw .refused(path: path, reason: reason)
        }
        self.init(descriptor: descriptor, path: path)
    }

    /// Waits for the next connection and returns its descriptor, which is close-on-exec. Returns `nil` if a signal
    /// interrupts the wait, or if the process or the system is out of descriptors or memory.
    public func accept() -> Int32? {
        let connection = accept4(descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
        if connection >= 0 { return connection }
        // The connection stays queued. Trying again at once would only waste processor time.
        if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { usleep(50_000) }
        return nil
    }

    private static func removeStaleSocket(at path: String) throws(SocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        // Only a refusal shows that no process listens. After a process was killed, a child process
        // that was just starting may hold the socket for a moment.
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
