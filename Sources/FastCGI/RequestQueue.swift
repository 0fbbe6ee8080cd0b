internal import Foundation
internal import Synchronization

/// Has a few threads of its own answer requests, so that no slow answer keeps a `Listener` from reading. Refuses a request if
/// too many wait.
public final class RequestQueue: Responder {
    private struct State {
        var waiting: [(request: Request, exchange: Exchange)] = []
        var isStopped = false
    }

    private let capacity: Int
    private let responder: any Responder
    private let refusal: Response
    private let state = Mutex(State())
    /// Counts the waiting requests.
    private let arrivals = DispatchSemaphore(value: 0)
    private let threads = DispatchGroup()

    /// Creates a queue and starts its threads.
    ///
    /// - Parameters:
    ///   - count: the number of threads.
    ///   - capacity: how many requests may wait for a thread.
    ///   - refusal: the reply to a request beyond the capacity.
    ///   - responder: answers the requests.
    public init(threads count: Int, capacity: Int, refusal: Response, responder: any Responder) {
        self.capacity = capacity
        self.responder = responder
        self.refusal = refusal
        for _ in 0..<count {
            threads.enter()
            let thread = Thread { [self] in
                work()
                threads.leave()
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    /// Passes `request` to a thread, or refuses the request.
    public func respond(to request: Request, through exchange: Exchange) {
        let isAccepted = state.withLock { state in
            guard state.waiting.count < capacity, !state.isStopped else { return false }
            state.waiting.append((request, exchange))
            return true
        }
        if isAccepted { arrivals.signal() } else { exchange.reply(refusal) }
    }

    /// Refuses the waiting requests, and waits until the threads have ended.
    public func stop() {
        let left = state.withLock { state in
            defer { state.waiting = [] }
            state.isStopped = true
            return state.waiting
        }
        for (_, exchange) in left { exchange.reply(refusal) }
        // Each thread passes the signal on to the next.
        arrivals.signal()
        threads.wait()
    }

    private func work() {
        // Readers give way to deliveries. In Linux, nice(2) concerns only the calling thread.
        _ = nice(5)
        while true {
            arrivals.wait()
            let (next, isStopped) = state.withLock { state in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isStopped)
            }
            guard !isStopped else {
                arrivals.signal()
                return
            }
            if let next { responder.respond(to: next.request, through: next.exchange) }
        }
    }
}
