import Endpoints
import FastCGI
import Foundation
import Pages

/// Answers readers of pages and metrics, on a socket and on threads of their own: a reader never takes a place from a delivery.
final class PagesServer {
    /// How many requests wait. A page takes milliseconds, so a reader waits for half a second at most.
    private static let capacity = 64
    private static let threads = 2
    /// How many connections may be silent.
    private static let idleConnections = 512

    private let listener: Listener
    private let queue: RequestQueue

    /// Starts to answer on `socket`.
    init(_ source: PageSource, on socket: ListeningSocket) {
        let router = Router([
            .pages: StatusEndpoint(source), .metrics: MetricsEndpoint(source), .public: PublicEndpoint(source),
        ])
        let refusal = Response(
            status: 503, headers: [("Retry-After", "1"), ("Cache-Control", "no-store")],
            contentType: "text/plain; charset=utf-8", body: "too many readers at once\n")
        queue = RequestQueue(threads: Self.threads, capacity: Self.capacity, refusal: refusal, responder: router)
        // A page needs no body. A longer one is read and discarded.
        listener = Listener(
            socket: socket, threads: 1, reserve: 2, idleLimit: Self.idleConnections, bodyLimit: 0,
            writeTimeout: .seconds(5), responder: queue)
        Thread.detachNewThread { source.readEarlierResults() }
    }

    /// Answers what has arrived, and stops.
    func stop() {
        listener.stop()
        queue.stop()
    }
}
