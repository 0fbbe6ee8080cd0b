internal import CFastCGI
internal import Foundation
internal import Synchronization

/// Accepts connections on a listening socket and hands the request on each to a responder.
///
/// Several threads read; none of them waits for an answer. Whatever a peer does, it holds a thread for `patience` plus
/// half a second at most.
public final class Listener: Sendable {
    /// How long reading one request may take. The web server has all of it before it sends, so that milliseconds do.
    public static let patience = Duration.milliseconds(2500)

    private let socket: ListeningSocket
    private let bodyLimit: Int
    private let stopping: Int32
    private let guardian: StallGuard
    private let readers = DispatchGroup()

    /// Starts accepting.
    ///
    /// - Parameters:
    ///   - socket: the listening socket, which this makes non-blocking.
    ///   - threads: how many threads read.
    ///   - bodyLimit: the largest body read, in bytes.
    ///   - responder: what answers.
    public init(socket: ListeningSocket, threads: Int = 4, bodyLimit: Int, responder: any Responder) {
        // Installs handlers for SIGTERM, SIGUSR1 and SIGPIPE where there are none; only the last is welcome.
        FCGX_Init()
        self.socket = socket
        self.bodyLimit = bodyLimit
        stopping = eventfd(0, Int32(EFD_CLOEXEC))
        guardian = StallGuard(patience: Self.patience)
        socket.makeNonBlocking()
        for _ in 0..<threads {
            readers.enter()
            let thread = Thread { [self] in
                serve(responder)
                readers.leave()
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
    }

    deinit { close(stopping) }

    /// Stops accepting and waits until no thread reads. Connections not accepted by then stay in the socket's queue,
    /// for the next process to listen on it.
    public func stop() {
        eventfd_write(stopping, 1)
        readers.wait()
        guardian.stop()
    }

    private func serve(_ responder: any Responder) {
        let watch = guardian.watch()
        defer { guardian.dismiss(watch) }
        let queue = AcceptQueue(socket: socket, stopping: stopping)
        while let descriptor = queue.next() {
            guard let (request, exchange) = guardian.reading(watch, { read(descriptor) }) else { continue }
            responder.respond(to: request, through: exchange)
        }
    }

    private func read(_ descriptor: Int32) -> (Request, Exchange)? {
        guard let connection = Connection(accepted: descriptor) else { return nil }
        let params = connection.params
        let body = connection.body(announced: params, limit: bodyLimit)
        return (Request(params: params, body: body), Exchange { connection.send($0) })
    }
}
