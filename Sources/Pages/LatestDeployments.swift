public import Deploy
public import Endpoints
internal import Synchronization

/// The latest deployments of all sites, read once for many readers: again after each change by this process, and after two
/// seconds for the changes of other processes.
///
/// To read all of a thousand sites takes too long for each page. Numbers of deployments increase, and a finished deployment does not
/// change. So only what is new and what was unfinished is read again; everything after ten minutes, or if much has changed.
public final class LatestDeployments: Observer {
    private struct State {
        var records: [String: [DeploymentRecord]] = [:]
        /// The highest number so far.
        var newest: DeploymentRecord.ID = 0
        var lastReading: ContinuousClock.Instant?
        var lastWholeReading: ContinuousClock.Instant?
    }

    private static let lifetime = Duration.seconds(2)
    private static let wholeLifetime = Duration.seconds(600)
    /// How many deployments are read again, and how many unfinished ones.
    private static let limit = 50

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
            if let time = state.lastReading, time + Self.lifetime > .now, seen.load(ordering: .relaxed) == present {
                return state.records
            }
            do throws(LedgerError) {
                if try !readChanges(&state) { try readAll(&state) }
            } catch {
                state = State()
                throw error
            }
            state.lastReading = .now
            seen.store(present, ordering: .relaxed)
            return state.records
        }
    }

    private func readAll(_ state: inout State) throws(LedgerError) {
        // First: a deployment that is queued meanwhile is read again the next time.
        let newest = try ledger.deployments(of: nil, limit: 1).first?.id ?? 0
        state.records = Dictionary(grouping: try ledger.latestDeployments(), by: \.site.name)
        state.newest = newest
        state.lastWholeReading = .now
    }

    /// Reads what may have changed. Returns false if everything must be read.
    private func readChanges(_ state: inout State) throws(LedgerError) -> Bool {
        guard let time = state.lastWholeReading, time + Self.wholeLifetime > .now else { return false }
        let recent = try ledger.deployments(of: nil, limit: Self.limit)
        // A lower number means another ledger. If all numbers are new, there may be more.
        guard let last = recent.last, let first = recent.first, first.id >= state.newest,
            last.id <= state.newest || recent.count < Self.limit
        else { return false }
        let unfinished = state.records.values.joined().filter { !$0.state.isFinished && $0.id < last.id }
        guard unfinished.count <= Self.limit else { return false }
        for old in unfinished {
            let found = try ledger.deployments(of: old.site.name, before: old.id + 1, limit: 1).first
            guard let found, found.id == old.id else { return false }
            state.records[old.site.name, default: []].merge(found)
        }
        for record in recent.reversed() { state.records[record.site.name, default: []].merge(record) }
        state.newest = first.id
        return true
    }
}

extension [DeploymentRecord] {
    /// Adds or replaces a deployment of the site, if it is unfinished or the newest finished one. An interrupted deployment says
    /// nothing about the site.
    fileprivate mutating func merge(_ record: DeploymentRecord) {
        removeAll { $0.id == record.id }
        if record.state.isFinished {
            guard record.state != .interrupted, !contains(where: { $0.state.isFinished && $0.id > record.id }) else {
                return
            }
            removeAll(where: \.state.isFinished)
        }
        append(record)
        sort { $0.id < $1.id }
    }
}
