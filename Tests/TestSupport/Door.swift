import Foundation

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
