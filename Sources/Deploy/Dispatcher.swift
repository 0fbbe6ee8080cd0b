internal import Processes
internal import Foundation
internal import Git

/// Has sites deployed: what it was asked for stands in the ledger before anybody hears of it, each site deploys one thing
/// at a time, so many sites at once and no more, and they take turns.
public final class Dispatcher: @unchecked Sendable {
    /// What is told of deployments.
    public enum Event: Sendable {
        /// One is over.
        case finished(Site, FinishedDeployment)
        /// One could not be started, and stays queued.
        case stuck(Site, LedgerError)
    }

    /// Is told of deployments, on the thread that deploys.
    public typealias Observer = @Sendable (Event) -> Void
    /// Takes what came of a delivery at one site.
    public typealias Answer = @Sendable (Site, Outcome) -> Void

    /// A site that is at work or waits for its turn.
    private struct Activity {
        /// As it was last configured.
        var site: Site
        var isRunning = false
        /// Whether it needs another turn after the one that runs.
        var isAwaited = false
        /// The deployment that runs.
        var running: DeploymentRecord.ID?
        var waiters: [DeploymentRecord.ID: [Answer]] = [:]
    }

    /// The ledger.
    public let ledger: any Ledger
    let writer: GroupCommitWriter
    private let deployer: Deployer
    private let cancellation = Cancellation()
    private let observer: Observer

    // Guards and signals what is below.
    private let condition = NSCondition()
    private var limit: Int
    private var workers = 0
    private var isDraining = false
    /// How many deliveries and requests are being recorded.
    private var arriving = 0
    private var activities: [String: Activity] = [:]
    /// The names of those that wait for their turn, in order.
    private var turns: [String] = []

    /// A dispatcher that writes to `ledger` and deploys `limit` sites at once at most.
    public init(ledger: any Ledger, limit: Int, observer: @escaping Observer = { _ in }) {
        self.ledger = ledger
        self.limit = limit
        self.observer = observer
        writer = GroupCommitWriter(ledger)
        deployer = Deployer(writer: writer)
    }

    deinit { writer.dismiss() }

    /// Changes how many sites deploy at once.
    public func setLimit(_ limit: Int) {
        let waiting = condition.withLock {
            self.limit = limit
            return turns.count
        }
        for _ in 0..<waiting { startWorker() }
    }

    /// Records `delivery` and has `sites` deployed, each to its target, if they are not there.
    ///
    /// - Parameters:
    ///   - recorded: called once, first: when it is in the ledger, with whether a deployment is to be waited for, or with
    ///     why it cannot be recorded; then nothing else follows. It returns whether somebody waits for the answers.
    ///   - answer: called once for each site with what came of it.
    public func receive(
        _ delivery: DeliveryRecord, for sites: [(site: Site, target: DeploymentRecord.Target)],
        recorded: @escaping @Sendable (Result<Bool, LedgerError>) -> Bool, answer: @escaping Answer
    ) {
        let delivered = sites.map {
            DeliveryTarget(name: $0.site.name, target: $0.target, isThere: $0.site.commit == $0.target.commit)
        }
        record {
            try $0.record(delivery, for: delivered)
        } then: { [self] result in
            switch result {
            case .failure(let error): _ = recorded(.failure(error))
            case .success(let dispositions):
                let isAwaited = recorded(.success(dispositions.contains { $0.goesOn }))
                for ((site, target), disposition) in zip(sites, dispositions) {
                    switch disposition {
                    case .unchanged: answer(site, .unchanged(target.commit))
                    case .duplicate: answer(site, .duplicate)
                    case .awaits(let id): enqueue(site, for: id, isAwaited ? answer : nil)
                    }
                }
            }
        }
    }

    /// Has `site` deployed for another reason than a delivery.
    ///
    /// - Parameter answer: called once with what came of it, or why it could not be queued.
    public func request(
        _ site: Site, cause: DeploymentRecord.Cause, target: DeploymentRecord.Target?,
        answer: @escaping @Sendable (Result<Outcome, LedgerError>) -> Void
    ) {
        record {
            try $0.queue(site.name, cause: cause, target: target, at: Date())
        } then: { [self] result in
            switch result {
            case .failure(let error): answer(.failure(error))
            case .success(let id): enqueue(site, for: id) { answer(.success($1)) }
            }
        }
    }

    /// Takes up what the ledger has left to do for `sites`, which a process that is gone, or an error, left there.
    public func resume(_ sites: some Collection<Site>) throws(LedgerError) {
        let unfinished = try ledger.unfinishedSites()
        guard !unfinished.isEmpty else { return }
        for site in sites where unfinished.contains(site.name) && !isActive(site.name) { enqueue(site) }
    }

    /// Whether the site is being deployed or waits for its turn here.
    public func isActive(_ site: String) -> Bool { condition.withLock { activities[site] != nil } }

    private func record<Value: Sendable>(
        _ write: @escaping @Sendable (any LedgerWriter) throws -> Value,
        then: @escaping @Sendable (Result<Value, LedgerError>) -> Void
    ) {
        condition.withLock { arriving += 1 }
        writer.write(write) { [self] result in
            then(result)
            condition.withLock {
                arriving -= 1
                if arriving == 0 { condition.broadcast() }
            }
        }
    }

    // MARK: Turns

    /// Gives `site` a turn, unless it has deployment `id` at work already.
    private func enqueue(_ site: Site, for id: DeploymentRecord.ID? = nil, _ answer: Answer? = nil) {
        let isStopping: Bool = condition.withLock {
            guard !isDraining else { return true }
            var activity = activities[site.name] ?? Activity(site: site)
            activity.site = site
            if let id, let answer { activity.waiters[id, default: []].append(answer) }
            if activity.isRunning {
                if id == nil || activity.running != id { activity.isAwaited = true }
            } else if activities[site.name] == nil {
                turns.append(site.name)
            }
            activities[site.name] = activity
            return false
        }
        // It is in the ledger, and taken up at the next start.
        if isStopping { answer?(site, .interrupted) } else { startWorker() }
    }

    private func startWorker() {
        let isNeeded = condition.withLock {
            guard workers < limit, !turns.isEmpty, !isDraining else { return false }
            workers += 1
            return true
        }
        // A plain thread, as Dispatch's block the signals that a child process would inherit.
        if isNeeded { Thread.detachNewThread { [self] in work() } }
    }

    private func work() {
        while let site = nextSite() {
            let answers = run(site)
            for (answer, outcome) in answers { answer(site, outcome) }
            finishTurn(of: site.name)
        }
    }

    private func nextSite() -> Site? {
        condition.withLock {
            guard !turns.isEmpty, !isDraining, workers <= limit else {
                workers -= 1
                condition.broadcast()
                return nil
            }
            let name = turns.removeFirst()
            activities[name]?.isRunning = true
            return activities[name]?.site
        }
    }

    private func run(_ site: Site) -> [(Answer, Outcome)] {
        do throws(LedgerError) {
            let finished = try deployer.deploy(site, cancellation, Transcript()) { started in
                condition.withLock { activities[site.name]?.running = started.id }
            }
            guard let finished else { return [] }
            observer(.finished(site, finished))
            let answers = condition.withLock {
                activities[site.name]?.running = nil
                return activities[site.name]?.waiters.removeValue(forKey: finished.started.id) ?? []
            }
            return answers.map { ($0, finished.outcome) }
        } catch {
            observer(.stuck(site, error))
            return []
        }
    }

    /// Sends the site to the end of the line if it is to have another turn; otherwise answers whoever still waits.
    private func finishTurn(of name: String) {
        let left: Activity? = condition.withLock {
            guard var activity = activities[name] else { return nil }
            guard activity.isAwaited, !isDraining else { return activities.removeValue(forKey: name) }
            activity.isAwaited = false
            activity.isRunning = false
            activities[name] = activity
            turns.append(name)
            return nil
        }
        guard let left else { return }
        for (id, answers) in left.waiters {
            // Another process may have done it; or it could not be started.
            let record = try? ledger.deployment(id)
            for answer in answers { answer(left.site, record?.outcome ?? .queued) }
        }
        condition.withLock { condition.broadcast() }
    }

    // MARK: The end

    /// Finishes what runs, for `time` at most, then ends it. What has not started stays in the ledger. Answers everybody.
    public func drain(within time: Duration) { drain(within: time, grace: .seconds(10)) }

    /// - Parameter grace: how long ended commands have to die and to be cleaned up after.
    func drain(within time: Duration, grace: Duration) {
        for activity in beginDraining() {
            for answer in activity.waiters.values.joined() { answer(activity.site, .interrupted) }
        }
        waitUntilIdle(until: .now + time)
        cancellation.cancel()
        waitUntilIdle(until: .now + grace)
    }

    private func beginDraining() -> [Activity] {
        condition.withLock {
            isDraining = true
            let waiting = turns.compactMap { activities.removeValue(forKey: $0) }
            turns = []
            return waiting
        }
    }

    /// Waits until nothing runs and nothing waits.
    public func waitUntilIdle() { waitUntilIdle(until: nil) }

    private func waitUntilIdle(until deadline: ContinuousClock.Instant?) {
        condition.lock()
        defer { condition.unlock() }
        while workers > 0 || arriving > 0 || !activities.isEmpty {
            guard let deadline else {
                condition.wait()
                continue
            }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return }
            _ = condition.wait(until: Date(timeIntervalSinceNow: min(left, .seconds(1)) / .seconds(1)))
        }
    }
}
