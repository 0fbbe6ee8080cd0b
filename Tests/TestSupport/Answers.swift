import Foundation
import Deploy
import Synchronization

/// What deliveries were answered, each under its number.
package final class Answers: @unchecked Sendable {
    private let condition = NSCondition()
    private var outcomes: [Int: [Outcome]] = [:]

    package init() {}

    /// The answers of all that were answered once; those of others are missing.
    package var byDelivery: [Int: Outcome] {
        condition.withLock { outcomes.compactMapValues { $0.count == 1 ? $0[0] : nil } }
    }

    /// How many answers came, altogether.
    package var count: Int { condition.withLock { outcomes.values.map(\.count).reduce(0, +) } }

    package func answer(_ delivery: Int) -> @Sendable (Outcome) -> Void {
        { [self] outcome in
            condition.withLock {
                outcomes[delivery, default: []].append(outcome)
                condition.broadcast()
            }
        }
    }

    /// Waits, 10 s at most, until so many answers have come.
    package func wait(for count: Int) -> Bool {
        let end = Date(timeIntervalSinceNow: 10)
        return condition.withLock {
            while outcomes.values.map(\.count).reduce(0, +) < count {
                guard condition.wait(until: end) else { return false }
            }
            return true
        }
    }
}

/// A door that is closed until it is opened, for whoever waits at it.
package final class Door: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = false
    private var waiting = 0

    package init() {}

    package func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }

    /// Waits until it is open.
    package func pass() {
        condition.withLock {
            waiting += 1
            condition.broadcast()
            while !isOpen { condition.wait() }
        }
    }

    /// Waits until somebody waits, or has passed.
    package func awaitArrival() { condition.withLock { while waiting == 0 { condition.wait() } } }
}

/// A number that many threads change.
package final class Counter: Sendable {
    private let number = Mutex(0)

    package init() {}

    package var value: Int { number.withLock { $0 } }

    @discardableResult
    package func add(_ difference: Int) -> Int {
        number.withLock { number in
            number += difference
            return number
        }
    }
}
