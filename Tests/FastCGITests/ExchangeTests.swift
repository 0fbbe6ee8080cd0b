import Dispatch
import Synchronization
import Testing

@testable import FastCGI

@Suite struct `an exchange` {
    /// Collects the statuses of the replies sent.
    private final class Sent: Sendable {
        private let list = Mutex<[Int]>([])

        var statuses: [Int] { list.withLock { $0 } }

        func exchange() -> Exchange {
            Exchange { [self] response in list.withLock { $0.append(response.status) } }
        }
    }

    private let sent = Sent()

    @Test func `sends its reply`() {
        let exchange = sent.exchange()
        #expect(exchange.reply(Response(status: 202, body: "{}")))
        #expect(sent.statuses == [202])
    }

    @Test func `drops a second reply and returns false`() {
        let exchange = sent.exchange()
        exchange.reply(Response(status: 202, body: "{}"))
        #expect(!exchange.reply(Response(status: 200, body: "{}")))
        #expect(sent.statuses == [202])
    }

    @Test func `released without a reply sends 500`() {
        _ = sent.exchange()
        #expect(sent.statuses == [500])
    }

    @Test func `released after its reply sends nothing more`() {
        do {
            let exchange = sent.exchange()
            exchange.reply(Response(status: 200, body: "{}"))
        }
        #expect(sent.statuses == [200])
    }

    @Test func `releases the connection with its reply`() {
        final class Connection: Sendable {}
        weak var connection: Connection?
        let exchange: Exchange
        do {
            let open = Connection()
            connection = open
            exchange = Exchange { _ in withExtendedLifetime(open) {} }
        }
        #expect(connection != nil)
        exchange.reply(Response(status: 200, body: "{}"))
        #expect(connection == nil)
    }

    @Test func `answered by many threads at once sends one reply`() {
        for _ in 0..<200 {
            let sent = Sent()
            let exchange = sent.exchange()
            let accepted = Atomic(0)
            DispatchQueue.concurrentPerform(iterations: 16) { index in
                guard exchange.reply(Response(status: 200 + index, body: "{}")) else { return }
                accepted.add(1, ordering: .relaxed)
            }
            #expect(accepted.load(ordering: .relaxed) == 1)
            #expect(sent.statuses.count == 1)
        }
    }
}
