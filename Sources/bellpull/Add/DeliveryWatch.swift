import Endpoints
import Foundation
import Processes

/// A connection on which the running service tells of each delivery (`ControlSocket`).
final class DeliveryWatch {
    private let connection: Int32
    private var received = Data()

    /// Starts to watch. Returns `nil` if the running service has another version.
    init?(_ client: ControlClient) throws(CommandError) {
        connection = try client.connect()
        let request = Array(ControlSocket.watch.utf8)
        guard send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count,
            line(until: .now + .seconds(5), Cancellation()) == String(ControlSocket.watchingAnswer.dropLast())
        else { return nil }
    }

    deinit { close(connection) }

    /// Returns the next delivery; `nil` at the deadline, after the cancellation, or if the service has ended.
    func next(until deadline: ContinuousClock.Instant, _ cancellation: Cancellation) -> DeliveryNotice? {
        line(until: deadline, cancellation).flatMap {
            try? JSONDecoder().decode(DeliveryNotice.self, from: Data($0.utf8))
        }
    }

    private func line(until deadline: ContinuousClock.Instant, _ cancellation: Cancellation) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: received[received.startIndex..<end], as: UTF8.self)
                received = Data(received[received.index(after: end)...])
                return line
            }
            guard deadline > .now, !cancellation.isCancelled else { return nil }
            var entry = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            // A signal interrupts the wait only on the thread that receives it.
            let left = min(ContinuousClock.now.duration(to: deadline) / .milliseconds(1), 200)
            guard poll(&entry, 1, Int32(left) + 1) > 0 else { continue }
            let count = recv(connection, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            received += buffer[..<count]
        }
    }
}
