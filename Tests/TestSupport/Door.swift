import Foundation

/// A closed door. Threads wait at the door until a test opens the door.
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

    /// Waits until the door is open.
    package func pass() {
        condition.withLock {
            waiting += 1
            condition.broadcast()
            while !isOpen { condition.wait() }
        }
    }

    /// Waits until a thread waits at the door, or has passed.
    package func awaitArrival() { condition.withLock { while waiting == 0 { condition.wait() } } }
}
