internal import Foundation
internal import Synchronization

/// Looks after the ledger: takes up what was left in it, at the start and every minute, and has it forget what is old.
public final class LedgerMaintenance: Sendable {
    /// How much of what is over is kept.
    public struct Retention: Sendable, Equatable {
        /// How long.
        public let age: Duration
        /// How many deployments, and as many deliveries, at most.
        public let count: Int

        /// At most `count`, for `age`.
        public init(age: Duration, count: Int) {
            self.age = age
            self.count = count
        }
    }

    private struct State {
        var sites: [Site] = []
        var retention: Retention
        var isReadable = true
    }

    private static let sweepInterval = Duration.seconds(60)
    private static let pruneInterval = Duration.seconds(600)
    /// How many rows go at once: a delivery that comes meanwhile waits for no more than that.
    private static let portion = 500

    private let dispatcher: Dispatcher
    private let timers: TimerQueue
    private let observer: @Sendable (LedgerError) -> Void
    private let state: Mutex<State>

    /// LedgerMaintenance of the ledger that `dispatcher` writes to.
    ///
    /// - Parameter observer: is told once when the ledger cannot be read, until it could be again.
    public init(
        dispatcher: Dispatcher, timers: TimerQueue, retention: Retention,
        observer: @escaping @Sendable (LedgerError) -> Void = { _ in }
    ) {
        self.dispatcher = dispatcher
        self.timers = timers
        self.observer = observer
        state = Mutex(State(retention: retention))
    }

    /// Takes up what is left for `sites`, now and every minute.
    public func start(_ sites: [Site]) {
        follow(sites)
        sweep()
        timers.after(.seconds(5)) { [self] in prune() }
    }

    /// From now on the sites are these.
    public func follow(_ sites: [Site], retention: Retention? = nil) {
        state.withLock { state in
            state.sites = sites
            if let retention { state.retention = retention }
        }
        refuseOthers(sites)
    }

    private func sweep() {
        do throws(LedgerError) {
            try dispatcher.resume(state.withLock(\.sites))
            state.withLock { $0.isReadable = true }
        } catch {
            let isNews = state.withLock { state in
                defer { state.isReadable = false }
                return state.isReadable
            }
            if isNews { observer(error) }
        }
        timers.after(Self.sweepInterval) { [self] in sweep() }
    }

    /// Ends what is queued for sites that are no longer configured: nobody would ever take it up.
    private func refuseOthers(_ sites: [Site]) {
        guard let unfinished = try? dispatcher.ledger.unfinishedSites(), !unfinished.isEmpty else { return }
        let gone = unfinished.subtracting(sites.map(\.name)).filter { !dispatcher.isActive($0) }
        for name in gone {
            let failure = Failure("\(name) is no longer among the configured sites")
            dispatcher.writer.write { writer in
                // One that is found running was left by a process that is gone.
                guard let started = try writer.start(name, at: Date()) else { return }
                try writer.finish(started.id, DeploymentRecord.Conclusion(.failed(failure)), at: Date())
            } then: { _ in
            }
        }
    }

    private func prune() {
        let retention = state.withLock(\.retention)
        let oldest = Date(timeIntervalSinceNow: -(retention.age / .seconds(1)))
        dispatcher.writer.write {
            try $0.prune(before: oldest, keeping: retention.count, limit: Self.portion)
        } then: { [self] result in
            // As long as there is more, a portion every second.
            let isDone = ((try? result.get()) ?? 0) < Self.portion
            timers.after(isDone ? Self.pruneInterval : .seconds(1)) { [self] in prune() }
        }
    }
}
