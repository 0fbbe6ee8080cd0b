public import Deploy
public import Endpoints
internal import Synchronization

/// The latest deployments of all sites, read once for many readers: again after each change by this process, and after two
/// seconds for the changes of other processes.
public final class LatestDeployments: Observer {
    private struct State {
        var records: [String: [DeploymentRecord]] = [:]
        var time: ContinuousClock.Instant?
    }

    private static let lifetime = Duration.seconds(2)

    private let ledger: any Ledger
    private let changes = Atomic<Int>(0)
    private let seen = Atomic<Int>(-1)
    /// Held while reading: other readers wait for the same result.
    private let state = Mutex(State())

    /// Creates a view of `ledger`, a connection for readers alone.
    public init(_ ledger: any Ledger) { self.ledger = ledger }

    /// Records a change. Costs one atomic operation.
    public func note(_ event: Dispatcher.Event) { changes.wrappingAdd(1, ordering: .relaxed) }

    /// Returns the latest deployments by site, oldest first: the newest finished one, and all unfinished ones.
    func bySite() throws(LedgerError) -> [String: [DeploymentRecord]] {
        try state.withLock { state throws(LedgerError) in
            let present = changes.load(ordering: .acquiring)
            if let time = state.time, time + Self.lifetime > .now, seen.load(ordering: .relaxed) == present {
                return state.records
            }
            state.records = Dictionary(grouping: try ledger.latestDeployments(), by: \.site.name)
            state.time = .now
            seen.store(present, ordering: .relaxed)
            return state.records
        }
    }
}
