internal import CFastCGI
internal import Foundation
internal import Synchronization

/// Accepts connections on a listening socket and hands the request on each to a responder.
///
/// Several threads read; none of them waits for an answer. Whatever a peer does, it holds a thread for `patience` plus
/// half a second at most, and another takes over meanwhile.
public final class Listener: Sendable {
    /// How long reading one request may take. The web server has all of it before it sends, so that milliseconds do.
    public static let patience = Duration.milliseconds(2500)

    private let socket: ListeningSocket
    private let bodyLimit: Atomic<Int>
    private let guardian: StallGuard

    /// Starts accepting.
    ///
    /// - Parameters:
    ///   - socket: the listening socket.
    ///   - threads: how many threads read, while none of them is held up.
    ///   - reserve: how many more there are for when some are.
    ///   - bodyLimit: the largest body read, in bytes.
    ///   - responder: what answers.
    public init(
        socket: ListeningSocket, threads: Int = 2, reserve: Int = 4, bodyLimit: Int, responder: any Responder
    ) {
        // Installs handlers for SIGTERM, SIGUSR1 and SIGPIPE where there are none; only the last is welcome.
        FCGX_Init()
        // Large bodies go back to the system when they are done with. Left to itself, glibc raises this threshold with the
        // first of them (mallopt(3)), and each reading thread keeps the memory of its largest.
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        self.socket = socket
        self.bodyLimit = Atomic(bodyLimit)
        guardian = StallGuard(patience: Self.patience, places: threads)
        let started = DispatchGroup()
        for _ in 0..<threads + reserve {
            started.enter()
            let thread = Thread { [self] in
                let watch = guardian.watch()
                started.leave()
                serve(responder, watch)
                guardian.dismiss(watch)
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        started.wait()
    }

    /// Reads bodies of up to `limit` bytes from now on.
    public func setBodyLimit(_ limit: Int) { bodyLimit.store(limit, ordering: .relaxed) }

    /// Stops accepting and waits until no thread reads. Connections not accepted by then stay in the queue of an
    /// inherited socket, for the next process to listen on it; a socket made here is gone from the file system.
    public func stop() {
        guardian.stop()
        socket.withdraw()
    }

    private func serve(_ responder: any Responder, _ watch: StallGuard.Watch) {
        while let descriptor = watch.accepting(socket.accept) {
            guard let (request, exchange) = watch.reading({ read(descriptor) }) else { continue }
            responder.respond(to: request, through: exchange)
        }
    }

    private func read(_ descriptor: Int32) -> (Request, Exchange)? {
        guard let connection = Connection(accepted: descriptor) else { return nil }
        let params = connection.params
        let body = connection.body(announced: params, limit: bodyLimit.load(ordering: .relaxed))
        return (Request(params: params, body: body), Exchange { connection.send($0) })
    }
}
