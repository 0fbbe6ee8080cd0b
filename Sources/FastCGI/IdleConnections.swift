internal import CFastCGI
internal import Foundation
internal import Synchronization

/// Accepted connections with silent peers. They hold no thread, so no number of silent peers delays a reader.
///
/// A web server sends its request right after connecting. The set closes the oldest connection if there are too many, and each
/// connection after a time of silence.
final class IdleConnections: Sendable {
    private struct Idle {
        let descriptor: Int32
        let since: ContinuousClock.Instant
    }

    private let limit: Int
    private let patience: Duration
    /// The oldest connection first.
    private let connections = Mutex<[Idle]>([])

    /// Creates a set of at most `limit` connections, each of which may be silent for `patience`.
    init(limit: Int, patience: Duration) {
        self.limit = limit
        self.patience = patience
    }

    deinit { connections.withLock { $0.forEach { close($0.descriptor) } } }

    /// Waits until the peer of a connection has sent something, and returns the descriptor. Returns `nil` after other events,
    /// such as a new connection to `socket` or a signal: call again. Only one thread waits at a time.
    func next(on socket: ListeningSocket) -> Int32? {
        connections.withLock { idle in
            closeSilent(&idle)
            var polled = ([socket.descriptor] + idle.map(\.descriptor)).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&polled, nfds_t(polled.count), timeout(idle)) > 0 else { return nil }
            if let ready = polled.indices.dropFirst().first(where: { polled[$0].revents != 0 }) {
                return idle.remove(at: ready - 1).descriptor
            }
            guard let descriptor = socket.accept() else { return nil }
            if idle.count == limit { close(idle.removeFirst().descriptor) }
            idle.append(Idle(descriptor: descriptor, since: .now))
            return nil
        }
    }

    private func closeSilent(_ idle: inout [Idle]) {
        let now = ContinuousClock.now
        while let oldest = idle.first, oldest.since.duration(to: now) > patience {
            close(oldest.descriptor)
            idle.removeFirst()
        }
    }

    /// The time until the oldest connection is to be closed, in milliseconds; -1 without a connection.
    private func timeout(_ idle: [Idle]) -> Int32 {
        guard let oldest = idle.first else { return -1 }
        return Int32(max(0, (oldest.since + patience - .now) / .milliseconds(1))) + 1
    }
}
