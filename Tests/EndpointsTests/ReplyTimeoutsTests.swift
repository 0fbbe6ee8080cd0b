import TestSupport
import Deploy
import FastCGI
import Foundation
import Synchronization
import Testing

@testable import Endpoints

@Suite struct `reply timeouts` {
    private let timers = TimerQueue()

    /// A reply, and the statuses sent through the reply.
    private final class Parked: Sendable {
        let reply: PendingReply
        private let sent: Sent

        private final class Sent: Sendable {
            let statuses = Mutex<[Int]>([])
        }

        init() {
            let sent = Sent()
            self.sent = sent
            let exchange = Exchange { response in sent.statuses.withLock { $0.append(response.status) } }
            reply = PendingReply(exchange: exchange, received: .now, observer: DeliveryLog(LogLines().logger))
        }

        var statuses: [Int] { sent.statuses.withLock { $0 } }
    }

    private func take(
        _ parked: Parked, _ replyTimeouts: ReplyTimeouts, capacity: Int = 2, for time: Duration = .seconds(60)
    ) -> Bool {
        replyTimeouts.start(parked.reply, capacity: capacity, after: time) { Report(.queued) }
    }

    @Test func `accept as many replies as the capacity, and more after a reply was sent`() {
        defer { timers.stop() }
        let replyTimeouts = ReplyTimeouts(timers: timers)
        let all = (0..<4).map { _ in Parked() }
        #expect(all.prefix(3).map { take($0, replyTimeouts) } == [true, true, false])
        all[0].reply.send(.ping)
        all[0].reply.send(.ping)
        #expect(take(all[2], replyTimeouts))
        #expect(!take(all[3], replyTimeouts))
        #expect(take(all[3], replyTimeouts, capacity: 3))
        #expect(all.map(\.statuses) == [[200], [], [], []])
    }

    @Test func `accept no reply at a capacity of zero`() {
        defer { timers.stop() }
        #expect(!take(Parked(), ReplyTimeouts(timers: timers), capacity: 0))
    }

    @Test func `send a reply after its time, and have room again`() {
        defer { timers.stop() }
        let replyTimeouts = ReplyTimeouts(timers: timers)
        let one = Parked()
        let start = ContinuousClock.now
        #expect(take(one, replyTimeouts, capacity: 1, for: .milliseconds(50)))
        #expect(Observation.eventually { one.statuses == [202] })
        #expect(start.duration(to: .now) >= .milliseconds(50))
        #expect(Observation.eventually { take(Parked(), replyTimeouts, capacity: 1) })
    }

    @Test func `send an overdue reply at once`() {
        defer { timers.stop() }
        let one = Parked()
        #expect(take(one, ReplyTimeouts(timers: timers), for: .seconds(-1)))
        #expect(Observation.eventually { one.statuses == [202] })
    }

    @Test func `send the report that is known when the time is up`() {
        defer { timers.stop() }
        let one = Parked()
        let replyTimeouts = ReplyTimeouts(timers: timers)
        #expect(
            replyTimeouts.start(one.reply, capacity: 1, after: .milliseconds(20)) { Report(.failed(Failure("no"))) })
        #expect(Observation.eventually { one.statuses == [500] })
    }

    @Test func `count correctly while replies come and go on many threads`() {
        defer { timers.stop() }
        let replyTimeouts = ReplyTimeouts(timers: timers)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<500 {
                let one = Parked()
                if take(one, replyTimeouts, capacity: 4, for: .milliseconds(1)) { one.reply.send(.ping) }
            }
        }
        let all = (0..<5).map { _ in Parked() }
        #expect(all.map { take($0, replyTimeouts, capacity: 4) } == [true, true, true, true, false])
    }
}
