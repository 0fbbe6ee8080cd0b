import FastCGI
import Foundation

/// Tells the service manager, systemd, about the service: one datagram per message to the socket in `NOTIFY_SOCKET`
/// (sd_notify(3)).
final class ServiceManager: Sendable {
    /// Whether a message may wait until the manager reads.
    enum Urgency {
        /// The message is sent, even if that takes up to 5 s.
        case certain
        /// The message is dropped if the manager does not read at once. A later message replaces it.
        case droppable
    }

    private let descriptor: Int32
    private let address: UnixAddress

    /// Creates a manager from the environment. Returns `nil` if nobody asks for messages.
    init?(environment: [String: String]) {
        guard let address = environment["NOTIFY_SOCKET"].flatMap(UnixAddress.init(notifySocket:)) else { return nil }
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        self.address = address
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
    }

    deinit { close(descriptor) }

    /// Removes the manager's variables from the environment, so that no child process speaks for the service. Call this
    /// function before the process starts threads that read the environment.
    static func hideFromChildren() {
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] { unsetenv(name) }
    }

    /// Sends the assignments, such as `READY=1`, in one datagram. Errors are ignored: the manager may be gone.
    func notify(_ assignments: String..., urgency: Urgency = .certain) {
        var text = assignments.joined(separator: "\n")
        let flags = Int32(MSG_NOSIGNAL | (urgency == .droppable ? MSG_DONTWAIT : 0))
        address.withPointer { address, size in
            text.withUTF8 { bytes in
                while sendto(descriptor, bytes.baseAddress, bytes.count, flags, address, size) < 0, errno == EINTR {}
            }
        }
    }

    /// Asks for more time to start. The time counts from now, and the longer limit holds (sd_notify(3),
    /// EXTEND_TIMEOUT_USEC).
    func extendStart(by time: Duration) {
        notify("EXTEND_TIMEOUT_USEC=\(Int64(time / .microseconds(1)))", urgency: .droppable)
    }
}
