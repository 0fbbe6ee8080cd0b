import Foundation

/// Work beside a test, on a thread of its own.
package final class Running: @unchecked Sendable {
    private let condition = NSCondition()
    private var result: Result<Void, any Error>?

    package init(_ body: @escaping @Sendable () throws -> some Any) {
        Thread.detachNewThread { [self] in
            let result = Result { _ = try body() }
            condition.withLock {
                self.result = result
                condition.broadcast()
            }
        }
    }

    /// Waits for `event`, and then runs `body`.
    package convenience init(when event: @escaping @Sendable () -> Bool, _ body: @escaping @Sendable () -> Void) {
        self.init {
            defer { body() }
            guard Observation.eventually(event) else { throw CocoaError(.featureUnsupported) }
        }
    }

    /// Whether the work has ended.
    package var isDone: Bool { condition.withLock { result != nil } }

    /// Waits for the end, and returns whether the work succeeded.
    package func isSuccess() -> Bool {
        condition.withLock {
            while true {
                switch result {
                case .success: return true
                case .failure: return false
                case nil: condition.wait()
                }
            }
        }
    }
}
