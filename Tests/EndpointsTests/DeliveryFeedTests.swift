import Synchronization
import Testing

@testable import Endpoints

@Suite struct `the feed of deliveries` {
    private func notice(_ outcome: String) -> DeliveryNotice {
        DeliveryNotice(hook: "blog", outcome == "ping" ? .ping : .malformed("x"))
    }

    @Test func `tells each listener until it has enough`() {
        let feed = DeliveryFeed()
        let heard = Mutex<[String]>([])
        feed.listen { notice in
            heard.withLock { $0.append("first \(notice.outcome)") }; return true
        }
        feed.listen { notice in
            heard.withLock { $0.append("second \(notice.outcome)") }; return false
        }
        feed.publish(notice("ping"))
        feed.publish(notice("other"))
        #expect(heard.withLock { $0 } == ["first ping", "second ping", "first malformed"])
    }

    @Test func `makes no notice while nobody listens`() {
        let feed = DeliveryFeed()
        let count = Mutex(0)
        func counted() -> DeliveryNotice {
            count.withLock { $0 += 1 }
            return notice("ping")
        }
        feed.publish(counted())
        feed.listen { _ in false }
        feed.publish(counted())
        feed.publish(counted())
        #expect(count.withLock { $0 } == 1)
    }
}
