import FastCGI
import Synchronization
import TestSupport
import Testing

@testable import Deploy
@testable import Endpoints

@Suite struct `observers` {
    private final class Witness: Observer {
        let seen = Mutex<[String]>([])
        let name: String

        init(_ name: String) { self.name = name }

        func note(_ delivery: AnsweredDelivery) { seen.withLock { $0.append(delivery.outcome) } }
        func note(_ event: Dispatcher.Event) { seen.withLock { $0.append("deployment") } }
        func note(_ event: CatchUp.Event) { seen.withLock { $0.append("catch-up") } }
        func note(_ error: LedgerError) { seen.withLock { $0.append(error.message) } }
    }

    /// Hears of nothing.
    private struct Deaf: Observer {}

    @Test func `are each told of everything`() throws {
        let (first, second) = (Witness("first"), Witness("second"))
        let observers = Observers([first, Deaf(), Observers([second])])
        observers.note(AnsweredDelivery(hook: nil, report: .ping, milliseconds: 1))
        observers.note(.committed)
        observers.note(.reachable(try .fake(FakeStrategy())))
        observers.note(LedgerError("damaged"))
        for witness in [first, second] {
            #expect(witness.seen.withLock { $0 } == ["ping", "deployment", "catch-up", "damaged"])
        }
    }

    @Test func `are told of a delivery after its reply`() throws {
        let witness = Witness("witness")
        let replied = Mutex<[String]?>(nil)
        let reply = PendingReply(
            exchange: Exchange { _ in replied.withLock { $0 = witness.seen.withLock { $0 } } }, received: .now,
            observer: witness)
        reply.send(.ping)
        #expect(replied.withLock { $0 } == [])
        #expect(witness.seen.withLock { $0 } == ["ping"])
    }
}
