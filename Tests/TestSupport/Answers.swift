import Foundation
import Deploy

/// What deliveries were answered, each under its number.
package final class Answers: @unchecked Sendable {
    private let condition = NSCondition()
    private var outcomes: [Int: [DeliveryOutcome]] = [:]

    package init() {}

    /// The answers of all that were answered once; those of others are missing.
    package var byDelivery: [Int: DeliveryOutcome] {
        condition.withLock { outcomes.compactMapValues { $0.count == 1 ? $0[0] : nil } }
    }

    /// How many answers came, altogether.
    package var count: Int { condition.withLock { outcomes.values.map(\.count).reduce(0, +) } }

    package func answer(_ delivery: Int) -> @Sendable (DeliveryOutcome) -> Void {
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
