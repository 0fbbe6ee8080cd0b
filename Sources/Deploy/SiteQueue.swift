internal import Foundation
internal import Git

/// One site's queue. A deployment runs on a thread of its own; deliveries that arrive meanwhile wait, and share one
/// follow-up, unless the running one turns out to have brought what they announced.
final class SiteQueue: @unchecked Sendable {
    private struct Waiter {
        let target: Commit
        let answer: @Sendable (Outcome) -> Void
    }

    private let site: Site
    private let cancellation: Cancellation
    private let observer: Dispatcher.Observer

    // Guards and signals the two below.
    private let condition = NSCondition()
    private var isDeploying = false
    private var waiters: [Waiter] = []

    init(site: Site, cancellation: Cancellation, observer: @escaping Dispatcher.Observer) {
        self.site = site
        self.cancellation = cancellation
        self.observer = observer
    }

    func deploy(_ target: Commit, answer: @escaping @Sendable (Outcome) -> Void) {
        condition.lock()
        if isDeploying {
            waiters.append(Waiter(target: target, answer: answer))
            condition.unlock()
            return
        }
        guard site.strategy.deployed != target else {
            condition.unlock()
            return answer(.unchanged(target))
        }
        isDeploying = true
        condition.unlock()
        // A plain thread, as Dispatch's block the signals that a child process would inherit.
        Thread.detachNewThread { [self] in work(on: [Waiter(target: target, answer: answer)]) }
    }

    /// Waits until nothing runs and nothing waits; for ever without a deadline.
    func waitUntilIdle(until deadline: ContinuousClock.Instant?) {
        condition.lock()
        defer { condition.unlock() }
        while isDeploying {
            guard let deadline else {
                condition.wait()
                continue
            }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return }
            _ = condition.wait(until: Date(timeIntervalSinceNow: min(left, .seconds(1)) / .seconds(1)))
        }
    }

    private func work(on first: [Waiter]) {
        var served = first
        while !served.isEmpty {
            let start = ContinuousClock.now
            let limits = Git.Limits(deadline: start + site.timeout, cancellation: cancellation)
            let outcome = site.strategy.deploy(Set(served.map(\.target)), limits)
            observer(site, outcome, served.count, start.duration(to: .now))
            for waiter in served { waiter.answer(outcome) }
            served = waitersLeft(after: outcome)
        }
    }

    /// Those to be served next. Who waited for the very commit that was reached is answered here; the queue is idle
    /// only when everybody is.
    private func waitersLeft(after outcome: Outcome) -> [Waiter] {
        var arrived = takeWaiters()
        if let commit = outcome.commit {
            for waiter in arrived where waiter.target == commit { waiter.answer(.unchanged(commit)) }
            arrived.removeAll { $0.target == commit }
        }
        return arrived.isEmpty ? takeWaiters(idleIfNone: true) : arrived
    }

    private func takeWaiters(idleIfNone: Bool = false) -> [Waiter] {
        condition.lock()
        defer { condition.unlock() }
        if idleIfNone, waiters.isEmpty {
            isDeploying = false
            condition.broadcast()
        }
        defer { waiters = [] }
        return waiters
    }
}
