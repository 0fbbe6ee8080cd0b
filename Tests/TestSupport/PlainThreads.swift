import Foundation
import Testing

/// Plain threads for tests. Commands need plain threads: Dispatch's threads block signals, and children inherit the
/// mask.
package final class PlainThreads: TaskExecutor, @unchecked Sendable {
    package static let shared = PlainThreads(count: 8)

    // Guards and signals the jobs.
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []

    private init(count: Int) {
        for _ in 0..<count { Thread.detachNewThread { [self] in work() } }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.withLock {
            jobs.append(job)
            condition.signal()
        }
    }

    private func work() {
        // A thread starts with the signal mask of its creator, possibly a thread of Dispatch.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob {
        condition.withLock {
            while jobs.isEmpty { condition.wait() }
            return jobs.removeFirst()
        }
    }
}

/// Runs the tests of a suite on `PlainThreads`, isolated from the user's settings.
package struct PlainThreadsTrait: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        Isolation.begin()
        try await withTaskExecutorPreference(PlainThreads.shared) { try await function() }
    }
}

extension Trait where Self == PlainThreadsTrait {
    /// Runs tests on threads that may wait and block no signal.
    package static var onPlainThreads: Self { Self() }
}
