import Dispatch
import Synchronization
import Testing

@testable import FastCGI

@Suite struct `the queue of requests` {
    /// Waits at the semaphore before each answer.
    private struct Slow: Responder {
        let door: DispatchSemaphore

        func respond(to request: Request, through exchange: Exchange) {
            door.wait()
            exchange.reply(Response(status: 200, body: "{}"))
        }
    }

    private final class Replies: Sendable {
        private let all = Mutex<[Int]>([])
        let arrivals = DispatchSemaphore(value: 0)

        var statuses: [Int] { all.withLock { $0 } }

        func exchange() -> Exchange {
            Exchange { response in
                self.all.withLock { $0.append(response.status) }
                self.arrivals.signal()
            }
        }
    }

    private let door = DispatchSemaphore(value: 0)
    private let replies = Replies()

    private func queue(threads: Int, capacity: Int) -> RequestQueue {
        RequestQueue(
            threads: threads, capacity: capacity, refusal: Response(status: 503, body: ""), responder: Slow(door: door))
    }

    private func send(_ count: Int, to queue: RequestQueue) {
        for _ in 0..<count { queue.respond(to: Request(params: Params([:])), through: replies.exchange()) }
    }

    @Test func `refuses requests beyond its capacity, at once, and answers the others`() {
        let queue = queue(threads: 2, capacity: 5)
        send(1000, to: queue)
        // Two may be with the threads by now, and five wait.
        let refused = replies.statuses.count
        #expect((993...995).contains(refused) && replies.statuses.allSatisfy { $0 == 503 })
        for _ in 0..<1000 { door.signal() }
        for _ in 0..<1000 { replies.arrivals.wait() }
        #expect(replies.statuses.count { $0 == 200 } == 1000 - refused)
        queue.stop()
    }

    @Test func `answers again after a flood`() {
        let queue = queue(threads: 1, capacity: 1)
        send(10, to: queue)
        for _ in 0..<20 { door.signal() }
        for _ in 0..<10 { replies.arrivals.wait() }
        send(1, to: queue)
        replies.arrivals.wait()
        #expect(replies.statuses.last == 200)
        queue.stop()
    }

    @Test func `leaves nobody without an answer when it stops`() {
        let queue = queue(threads: 2, capacity: 50)
        send(20, to: queue)
        for _ in 0..<20 { door.signal() }
        queue.stop()
        #expect(replies.statuses.count == 20)
        send(1, to: queue)
        #expect(replies.statuses.last == 503)
    }
}
