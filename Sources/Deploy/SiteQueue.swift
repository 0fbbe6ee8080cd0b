/// The turns of the sites: which of them are waiting, running, or need another turn. A plain value; `Dispatcher` puts a
/// lock and threads around it.
///
///              enqueue             startNext              finishTurn
///     absent ───────────→ waiting ───────────→ running ───────────────→ absent
///                            ↑                    │
///                            └────────────────────┘ finishTurn, if more was enqueued meanwhile
///
/// A site runs one deployment at a time. At most `limit` workers run, each with one site. A site in need of another
/// turn goes to the end of the line.
struct SiteQueue<Waiter> {
    private struct Entry {
        /// The site as it was last configured.
        var site: Site
        var isRunning = false
        /// When the turn started.
        var started: ContinuousClock.Instant?
        /// Since when something waits for a turn.
        var waitsSince: ContinuousClock.Instant?
        /// Whether something was enqueued beyond the running deployment.
        var needsAnotherTurn = false
        /// The running deployment, once its start is recorded.
        var running: DeploymentRecord.ID?
        /// The enqueued deployments before their start.
        var pending: Set<DeploymentRecord.ID> = []
        var waiters: [DeploymentRecord.ID: [Waiter]] = [:]
    }

    /// The waiters left without an answer by a turn.
    struct Unanswered {
        let site: Site
        let waiters: [DeploymentRecord.ID: [Waiter]]
    }

    /// How many sites may be deployed at the same time.
    var limit: Int
    /// How many workers take turns.
    private(set) var workers = 0
    /// Whether no site starts any more.
    private(set) var isClosed = false

    private var entries: [String: Entry] = [:]
    /// The waiters for deployments that wait for their remote, and so hold no place.
    private var deferred: [DeploymentRecord.ID: (site: Site, waiters: [Waiter])] = [:]
    /// The names of the waiting sites, in the order of their turns.
    private var waiting: [String] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether no site is waiting or running, and no worker is left.
    var isIdle: Bool { workers == 0 && entries.isEmpty }

    /// How many sites are waiting.
    var waitingCount: Int { waiting.count }

    /// Whether something was enqueued for the running site beyond its deployment.
    func isAnotherTurnNeeded(at site: String) -> Bool { entries[site]?.needsAnotherTurn == true }

    /// Whether the site is waiting or running.
    func contains(_ site: String) -> Bool { entries[site] != nil }

    /// What runs, and what waits for a turn.
    var snapshot: DispatcherSnapshot {
        let running = entries.compactMap { name, entry in
            entry.started.map { DispatcherSnapshot.Turn(site: name, deployment: entry.running, since: $0) }
        }
        let waiting = entries.compactMap { name, entry in
            entry.waitsSince.map { DispatcherSnapshot.Turn(site: name, deployment: nil, since: $0) }
        }
        return DispatcherSnapshot(
            running: running.sorted { $0.since < $1.since }, waiting: waiting.sorted { $0.since < $1.since },
            limit: limit)
    }

    /// Gives `site` a turn, unless the deployment is running already. Returns false if the queue is closed.
    ///
    /// - Parameters:
    ///   - id: the queued deployment; `nil` to run any queued work in the ledger.
    ///   - waiter: whoever waits for the result of `id`.
    mutating func enqueue(
        _ site: Site, for id: DeploymentRecord.ID? = nil, _ waiter: Waiter? = nil,
        at now: ContinuousClock.Instant = .now
    ) -> Bool {
        guard !isClosed else { return false }
        var entry = entries[site.name] ?? Entry(site: site)
        entry.site = site
        if let id, let waiter { entry.waiters[id, default: []].append(waiter) }
        let isServed = entry.isRunning && id != nil && entry.running == id
        if let id, !isServed { entry.pending.insert(id) }
        if !isServed, entry.waitsSince == nil { entry.waitsSince = now }
        if entry.isRunning {
            if !isServed { entry.needsAnotherTurn = true }
        } else if entries[site.name] == nil {
            waiting.append(site.name)
        }
        entries[site.name] = entry
        return true
    }

    /// Adds a worker. Returns false if no more are needed or allowed.
    mutating func addWorker() -> Bool {
        guard workers < limit, !waiting.isEmpty, !isClosed else { return false }
        workers += 1
        return true
    }

    /// Starts the turn of the first waiting site. Returns `nil` if the worker must end.
    mutating func startNext(at now: ContinuousClock.Instant = .now) -> Site? {
        guard !waiting.isEmpty, !isClosed, workers <= limit else {
            workers -= 1
            return nil
        }
        let name = waiting.removeFirst()
        entries[name]?.isRunning = true
        entries[name]?.started = now
        entries[name]?.waitsSince = nil
        return entries[name]?.site
    }

    /// Records that the turn of the site runs the deployment `id`.
    mutating func recordStart(of id: DeploymentRecord.ID, at site: String) {
        entries[site]?.running = id
        entries[site]?.pending.remove(id)
        entries[site]?.waiters[id, default: []] += deferred.removeValue(forKey: id)?.waiters ?? []
    }

    /// Records that the deployment `id` waits for its remote. Returns the waiters, and keeps them for the next try. The
    /// site gives up its turn.
    mutating func recordWait(of id: DeploymentRecord.ID, at site: String) -> [Waiter] {
        let waiters = recordEnd(of: id, at: site)
        if let entry = entries[site], !waiters.isEmpty { deferred[id] = (entry.site, waiters) }
        return waiters
    }

    /// Returns the waiting deployments of `site` with waiters.
    func deferredDeployments(of site: String) -> [DeploymentRecord.ID] {
        deferred.filter { $0.value.site.name == site }.map(\.key)
    }

    /// Removes the waiters for the waiting deployment `id`, after another process has finished the deployment.
    mutating func takeDeferred(_ id: DeploymentRecord.ID) -> Unanswered? {
        deferred.removeValue(forKey: id).map { Unanswered(site: $0.site, waiters: [id: $0.waiters]) }
    }

    /// Records the end of the deployment `id`. Returns the waiters for its result.
    mutating func recordEnd(of id: DeploymentRecord.ID, at site: String) -> [Waiter] {
        entries[site]?.running = nil
        // A queue with several orders for one site has more to run.
        if let pending = entries[site]?.pending, !pending.isEmpty { entries[site]?.needsAnotherTurn = true }
        return entries[site]?.waiters.removeValue(forKey: id) ?? []
    }

    /// Ends the turn of the site. Returns the waiters without a further turn to answer them; `nil` if the site goes to
    /// the end of the line.
    mutating func finishTurn(of site: String) -> Unanswered? {
        guard var entry = entries[site] else { return nil }
        guard entry.needsAnotherTurn, !isClosed else {
            entries[site] = nil
            return Unanswered(site: entry.site, waiters: entry.waiters)
        }
        entry.needsAnotherTurn = false
        entry.isRunning = false
        entry.running = nil
        entry.waitsSince = entry.waitsSince ?? entry.started
        entry.started = nil
        entries[site] = entry
        waiting.append(site)
        return nil
    }

    /// Closes the queue: no further site starts. Returns the waiters of the waiting sites.
    mutating func close() -> [Unanswered] {
        isClosed = true
        let left = waiting.compactMap { entries.removeValue(forKey: $0) }
        waiting = []
        defer { deferred = [:] }
        return left.map { Unanswered(site: $0.site, waiters: $0.waiters) }
            + deferred.map { Unanswered(site: $0.value.site, waiters: [$0.key: $0.value.waiters]) }
    }
}
