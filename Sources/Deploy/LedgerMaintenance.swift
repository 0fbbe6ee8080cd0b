internal import Foundation
internal import Synchronization

/// Maintains the ledger: resumes unfinished deployments, at the start and every minute, and deletes old rows.
public final class LedgerMaintenance: Sendable {
    /// How much of the finished history is kept.
    public struct Retention: Sendable, Equatable {
        /// How long a row is kept.
        public let age: Duration
        /// How many deployments are kept, and how many deliveries.
        public let count: Int

        /// Creates a retention of at most `count` rows, for `age`.
        public init(age: Duration, count: Int) {
            self.age = age
            self.count = count
        }
    }

    private struct State {
        var sites: [Site] = []
        /// The sites that a reload removed, until their deployments have ended.
        var removed: Set<String> = []
        var retention: Retention
        var isReadable = true
    }

    /// How long unfinished deployments of unknown sites are left to other processes with the same ledger.
    private static let abandonment = 24 * 3600.0
    private static let resumeInterval = Duration.seconds(60)
    private static let pruneInterval = Duration.seconds(600)
    /// How many rows one transaction deletes. A delivery arriving meanwhile waits for at most one transaction.
    private static let batch = 500

    private let dispatcher: Dispatcher
    private let timers: TimerQueue
    private let observer: @Sendable (LedgerError) -> Void
    private let state: Mutex<State>

    /// Creates a maintenance of the ledger of `dispatcher`.
    ///
    /// - Parameter observer: told once when the ledger cannot be read. Told again only after a successful read in
    ///   between.
    public init(
        dispatcher: Dispatcher, timers: TimerQueue, retention: Retention,
        observer: @escaping @Sendable (LedgerError) -> Void = { _ in }
    ) {
        self.dispatcher = dispatcher
        self.timers = timers
        self.observer = observer
        state = Mutex(State(retention: retention))
    }

    /// Resumes the unfinished deployments of `sites`, now and every minute.
    public func start(_ sites: [Site]) {
        state.withLock { $0.sites = sites }
        resume()
        timers.after(.seconds(5)) { [self] in onOwnThread { self.prune() } }
    }

    /// Replaces the sites to resume. Ends the deployments of the sites that this process is no longer to deploy: nothing
    /// would ever run them. Other sites may belong to another process with the same ledger.
    public func follow(_ sites: [Site], retention: Retention? = nil) {
        state.withLock { state in
            state.removed = state.removed.union(state.sites.map(\.name)).subtracting(sites.map(\.name))
            state.sites = sites
            if let retention { state.retention = retention }
        }
        rejectDeploymentsOfRemovedSites()
    }

    /// Ends the unfinished deployments of removed sites. A deployment that runs is left alone until the next call, as it
    /// may be followed by another, or wait for its remote.
    func rejectDeploymentsOfRemovedSites() {
        let removed = state.withLock(\.removed)
        guard !removed.isEmpty, let unfinished = try? dispatcher.ledger.unfinishedSites() else { return }
        for name in removed where !dispatcher.isActive(name) {
            if unfinished.contains(name) {
                rejectDeployments(of: name, Failure("\(name) is no longer configured"))
            }
            state.withLock { _ = $0.removed.remove(name) }
        }
    }

    /// Runs `body`, which reads the ledger. A slow disk must not hold up the timers.
    private func onOwnThread(_ body: @escaping @Sendable () -> Void) { Thread.detachNewThread(body) }

    private func resume() {
        do throws(LedgerError) {
            try dispatcher.resume(state.withLock(\.sites))
            state.withLock { $0.isReadable = true }
        } catch {
            let wasReadable = state.withLock { state in
                defer { state.isReadable = false }
                return state.isReadable
            }
            if wasReadable { observer(error) }
        }
        rejectDeploymentsOfRemovedSites()
        timers.after(Self.resumeInterval) { [self] in onOwnThread { self.resume() } }
    }

    /// Ends the deployments of unknown sites if they all were queued more than a day before `time`. A younger deployment
    /// may belong to another process with the same ledger.
    func rejectAbandonedDeployments(at time: Date) {
        let known = Set(state.withLock { $0.sites.map(\.name) })
        guard let unfinished = try? dispatcher.ledger.unfinishedSites(), !unfinished.isSubset(of: known),
            let records = try? dispatcher.ledger.latestDeployments().filter({ !$0.state.isFinished })
        else { return }
        for (name, records) in Dictionary(grouping: records, by: \.site.name) where !known.contains(name) {
            guard records.allSatisfy({ $0.queued < time - Self.abandonment }) else { continue }
            rejectDeployments(
                of: name, Failure("\(name) is not configured, and no other bellpull has deployed the site for a day"))
        }
    }

    private func rejectDeployments(of name: String, _ failure: Failure) {
        guard !dispatcher.isActive(name) else { return }
        dispatcher.writer.write { writer in
            try writer.makeDue(name, at: Date())
            // A deployment that is still running was left by a vanished process.
            while let started = try writer.start(name, at: Date()) {
                try writer.finish(started.id, DeploymentRecord.Conclusion(.failed(failure)), at: Date())
            }
        } then: { _ in
        }
    }

    private func prune() {
        rejectAbandonedDeployments(at: Date())
        let retention = state.withLock(\.retention)
        let oldest = Date(timeIntervalSinceNow: -(retention.age / .seconds(1)))
        dispatcher.writer.write {
            try $0.prune(before: oldest, keeping: retention.count, limit: Self.batch)
        } then: { [self] result in
            // While more rows must go, one batch per second.
            let isDone = ((try? result.get()) ?? 0) < Self.batch
            timers.after(isDone ? Self.pruneInterval : .seconds(1)) { [self] in onOwnThread { self.prune() } }
        }
    }
}
