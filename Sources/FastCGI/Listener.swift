internal import CFastCGI
internal import Foundation
internal import Synchronization

/// Accepts connections on a listening socket and hands the request on each connection to a responder.
///
/// Several threads read requests, and no thread waits for an answer. A misbehaving peer holds up a thread for
/// `readTimeout` plus half a second at most. Meanwhile a thread in reserve accepts connections.
public final class Listener: Sendable {
    /// The longest time for reading one request. Reading usually takes milliseconds, because the web server connects
    /// only after receiving the whole request.
    public static let readTimeout = Duration.milliseconds(2500)

    private let socket: ListeningSocket
    private let bodyLimit: Atomic<Int>
    private let writeTimeout: Duration?
    private let idle: IdleConnections?
    private let slots: AcceptSlots
    private let deadlines: ReadDeadlines

    /// Starts accepting.
    ///
    /// - Parameters:
    ///   - socket: the listening socket.
    ///   - threads: the number of threads allowed to accept at once. A single thread takes 25,000 deliveries per second. Two threads
    ///     would wake each other in turns, for a tenth of the processor time of a delivery.
    ///   - reserve: the number of additional threads, which replace threads with slow reads or large bodies.
    ///   - bodyLimit: the maximum length of a body, in bytes.
    ///   - idleLimit: how many connections may wait for their first byte without holding a thread; `nil` if each holds a thread,
    ///     which is faster.
    ///   - writeTimeout: how long a peer may take for the next part of a long reply; `nil` for replies that fit into the socket.
    ///   - responder: answers the requests.
    public init(
        socket: ListeningSocket, threads: Int = 1, reserve: Int = 5, idleLimit: Int? = nil, bodyLimit: Int,
        writeTimeout: Duration? = nil, responder: any Responder
    ) {
        // Installs handlers for SIGTERM, SIGUSR1 and SIGPIPE unless there are handlers. Only SIGPIPE's is wanted.
        FCGX_Init()
        // Returns the memory of large bodies to the system after use. Left to itself, glibc raises this threshold with
        // the first large body (mallopt(3)), and each reading thread keeps the memory of its largest body.
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        self.socket = socket
        self.bodyLimit = Atomic(bodyLimit)
        self.writeTimeout = writeTimeout
        idle = idleLimit.map { IdleConnections(limit: $0, patience: Self.readTimeout) }
        slots = AcceptSlots(count: threads)
        deadlines = ReadDeadlines(readTimeout: Self.readTimeout)
        let started = DispatchGroup()
        for _ in 0..<threads + reserve {
            started.enter()
            let thread = Thread { [self] in
                let slot = slots.slot()
                let reader = deadlines.add(onSlowRead: slot.release)
                started.leave()
                serve(responder, reader, slot)
                deadlines.remove(reader)
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        started.wait()
    }

    /// Reads bodies of up to `limit` bytes from now on.
    public func setBodyLimit(_ limit: Int) { bodyLimit.store(limit, ordering: .relaxed) }

    /// Stops accepting, and waits until no thread reads any more. Connections not accepted yet stay in the queue of an
    /// inherited socket for the next process. Removes a socket created at a path.
    public func stop() {
        deadlines.stop()
        // Lets the threads in reserve find that the listener stops.
        slots.close()
        deadlines.waitForThreads()
        socket.withdraw()
    }

    private func serve(_ responder: any Responder, _ reader: ReaderThread, _ slot: AcceptSlots.Slot) {
        while true {
            slot.take()
            guard let descriptor = reader.accepting(nextConnection) else { return }
            guard let (request, exchange) = reader.reading({ read(descriptor, slot) }) else { continue }
            responder.respond(to: request, through: exchange)
        }
    }

    private func nextConnection() -> Int32? { idle.map { $0.next(on: socket) } ?? socket.accept() }

    private func read(_ descriptor: Int32, _ slot: AcceptSlots.Slot) -> (Request, Exchange)? {
        if let writeTimeout {
            var limit = timeval(tv_sec: Int(writeTimeout / .seconds(1)), tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
        }
        guard let connection = Connection(accepted: descriptor) else { return nil }
        let params = connection.params
        let limit = bodyLimit.load(ordering: .relaxed)
        // Other requests do not wait until a large body is read and verified.
        if Request.mayHaveLargeBody(params, limit: limit) { slot.release() }
        let body = connection.readBody(params, limit: limit)
        return (Request(params: params, body: body), Exchange { connection.send($0) })
    }
}
