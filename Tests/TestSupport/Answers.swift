import Foundation
import Deploy

/// The answers to deliveries, by the number of the delivery.
package final class Answers: @unchecked Sendable {
    private let condition = NSCondition()
    private var outcomes: [Int: [DeliveryOutcome]] = [:]

    package init() {}

    /// The answers to all deliveries with exactly one answer.
    package var byDelivery: [Int: DeliveryOutcome] {
        condition.withLock { outcomes.compactMapValues { $0.count == 1 ? $0[0] : nil } }
    }

    /// The total number of answers.
    package var count: Int { condition.withLock { outcomes.values.map(\.count).reduce(0, +) } }

    package func answer(_ delivery: Int) -> @Sendable (DeliveryOutcome) -> Void {
        { [self] outcome in
            condition.withLock {
                outcomes[delivery, default: []].append(outcome)
                condition.broadcast()
            }
        }
    }

    /// Waits up to 10 s for `count` answers.
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
