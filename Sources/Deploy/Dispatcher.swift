internal import Foundation
internal import Git
internal import Processes

/// Has sites deployed. Every request is in the ledger before anything else happens. A site runs one deployment at a time,
/// a limited number of sites run at once, and the sites take turns (`SiteQueue`).
public final class Dispatcher: @unchecked Sendable {
    /// An event for the observer of deployments.
    public enum Event: Sendable {
        /// A deployment has ended.
        case finished(Site, FinishedDeployment)
        /// A deployment could not be started, and stays queued.
        case notStarted(Site, LedgerError)
        /// The ledger was written: once per transaction, which may record many deliveries.
        case committed
    }

    /// Whether somebody waits for the answers to a delivery.
    public enum Audience: Sendable {
        /// The delivery's sender waits for the results.
        case waiting
        /// The sender has an answer already.
        case answered
    }

    /// Receives the events, on the deploying thread; `committed` on the thread that writes to the ledger.
    public typealias Observer = @Sendable (Event) -> Void
    /// Receives the outcome of a delivery at one site.
    public typealias Answer = @Sendable (Site, DeliveryOutcome) -> Void

    /// The ledger.
    public let ledger: any Ledger
    let writer: GroupCommitWriter
    private let deployer: Deployer
    private let receipt = NewestReceipt()
    private let cancellation = Cancellation()
    private let timers: TimerQueue
    private let ownsTimers: Bool
    private let observer: Observer

    // Guards and signals the properties below.
    private let condition = MonotonicCondition()
    private var queue: SiteQueue<Answer>
    /// How many deliveries and requests are being recorded.
    private var arriving = 0
    /// The sites as they are configured now, by name; `nil` if they cannot change.
    private var configured: [String: Site]?
    /// The sites for which `resume` has set a timer.
    private var resumed: Set<String> = []
    private var builds = RunningBuilds()
    /// Ends the packing of a site's repository after a deployment.
    private var housekeeping: [String: Cancellation] = [:]

    /// Creates a dispatcher. Records in `ledger` and deploys at most `limit` sites at once.
    ///
    /// - Parameter timers: tells when a waiting deployment is due; a queue of its own, if `nil`.
    public init(
        ledger: any Ledger, limit: Int, timers: TimerQueue? = nil, observer: @escaping Observer = { _ in }
    ) {
        self.ledger = ledger
        self.timers = timers ?? TimerQueue()
        ownsTimers = timers == nil
        self.observer = observer
        queue = SiteQueue(limit: limit)
        writer = GroupCommitWriter(ledger) { observer(.committed) }
        deployer = Deployer(writer: writer, receipt: receipt)
    }

    deinit {
        writer.dismiss()
        if ownsTimers { timers.stop() }
    }

    /// The receipt of the deployment that this process finished last; `nil` if this process has finished none.
    public var newestReceipt: Receipt? { receipt.value }

    /// Changes how many sites may be deployed at once.
    public func setLimit(_ limit: Int) {
        let waiting = condition.withLock {
            queue.limit = limit
            return queue.waitingCount
        }
        for _ in 0..<waiting { startWorker() }
    }

    /// Replaces the sites: a waiting deployment is tried again with the present settings of its site, or not at all.
    public func follow(_ sites: [Site]) {
        let named = Dictionary(sites.map { ($0.name, $0) }) { first, _ in first }
        condition.withLock { configured = named }
    }

    /// Records `delivery` and has `sites` deployed, each to its target, unless a site is there already.
    ///
    /// - Parameters:
    ///   - recorded: called first, once. Receives whether a deployment must be waited for, or the error if the delivery
    ///     could not be recorded; nothing else follows an error. Returns whether the sender waits for the answers.
    ///   - answer: called once per site with the final outcome. Before, called with `waiting` whenever the remote lags.
    public func receive(
        _ delivery: DeliveryRecord, for sites: [(site: Site, target: DeploymentRecord.Target)],
        recorded: @escaping @Sendable (Result<Bool, LedgerError>) -> Audience, answer: @escaping Answer
    ) {
        let targets = sites.map {
            Self.deliveryTarget($0.site, $0.target)
        }
        record {
            let dispositions = try $0.record(delivery, for: targets)
            return (dispositions, dispositions.contains(.unchanged) ? try $0.newestReceipt() : nil)
        } then: { [self] result in
            switch result {
            case .failure(let error): _ = recorded(.failure(error))
            case .success((let dispositions, let new)):
                receipt.set(new)
                let audience = recorded(.success(dispositions.contains { $0.isAwaiting }))
                for ((site, target), disposition) in zip(sites, dispositions) {
                    switch disposition {
                    case .unchanged: answer(site, .finished(.unchanged(target.commit)))
                    case .duplicate: answer(site, .duplicate)
                    case .awaits(let id):
                        enqueue(site, for: id, audience == .waiting ? answer : nil)
                        // The push is queued: now it may end the build of an older one.
                        _ = condition.withLock { builds.newerPush(at: site.name) }?.announce(target)
                    }
                }
            }
        }
    }

    private static func deliveryTarget(_ site: Site, _ target: DeploymentRecord.Target) -> DeliveryTarget {
        DeliveryTarget(name: site.name, target: target) {
            !target.isDeletion && site.knownCommit == target.commit
        }
    }

    /// Has `site` deployed for another reason than a delivery.
    ///
    /// - Parameter answer: called once with the outcome, or with the error if the request could not be recorded.
    public func request(
        _ site: Site, cause: DeploymentRecord.Cause, target: DeploymentRecord.Target?,
        answer: @escaping @Sendable (Result<DeliveryOutcome, LedgerError>) -> Void
    ) {
        record {
            try $0.queue(site.name, .follow, cause: cause, target: target, at: Date())
        } then: { [self] result in
            switch result {
            case .failure(let error): answer(.failure(error))
            case .success(let id): enqueue(site, for: id) { if $1.isFinal { answer(.success($1)) } }
            }
        }
    }

    /// Resumes the unfinished deployments of `sites` left in the ledger by a vanished process or an error.
    public func resume(_ sites: some Collection<Site>) throws(LedgerError) {
        let unfinished = try ledger.unfinishedSites()
        guard !unfinished.isEmpty else { return }
        let nextTries = try ledger.nextTries()
        for site in sites where unfinished.contains(site.name) && !isActive(site.name) {
            enqueue(site)
            guard let nextTry = nextTries[site.name], condition.withLock({ resumed.insert(site.name).inserted })
            else { continue }
            timers.after(.seconds(max(nextTry.timeIntervalSinceNow, 0))) { [weak self] in
                _ = self?.condition.withLock { self?.resumed.remove(site.name) }
                self?.tryAgain(site)
            }
        }
    }

    /// Waits until no thread works on the queue: proves that the threads go on.
    public func passLock() { condition.withLock {} }

    /// Whether this process deploys the site or has it waiting for its turn.
    public func isActive(_ site: String) -> Bool { condition.withLock { queue.contains(site) } }

    /// Returns what runs and what waits now.
    public func snapshot() -> DispatcherSnapshot { condition.withLock { queue.snapshot } }

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

    private func enqueue(_ site: Site, for id: DeploymentRecord.ID? = nil, _ answer: Answer? = nil) {
        // A closed queue means Bellpull is stopping. The deployment is in the ledger, and the next start resumes the
        // work.
        let isAccepted = condition.withLock {
            housekeeping[site.name]?.cancel()
            return queue.enqueue(site, for: id, answer)
        }
        if isAccepted { startWorker() } else { answer?(site, .finished(.interrupted)) }
    }

    /// Enqueues the site as it is configured now, unless it was removed.
    private func tryAgain(_ site: Site) {
        let present = condition.withLock { configured == nil ? site : configured?[site.name] }
        if let present { enqueue(present) }
    }

    private func startWorker() {
        // A plain thread: a child process would inherit the signals blocked by Dispatch's threads.
        if condition.withLock({ queue.addWorker() }) { Thread.detachNewThread { [self] in work() } }
    }

    private func work() {
        while let site = nextSite() {
            run(site)
            finishTurn(of: site)
        }
    }

    private func nextSite() -> Site? {
        condition.withLock {
            let site = queue.startNext()
            if site == nil { condition.broadcast() }
            return site
        }
    }

    private func run(_ site: Site) {
        let packing = Cancellation()
        defer { _ = condition.withLock { housekeeping.removeValue(forKey: site.name) } }
        let newer = condition.withLock { builds.begin(site) }
        defer { condition.withLock { builds.finish(site.name, isCancelled: newer?.newer != nil) } }
        do throws(LedgerError) {
            let output = site.output()
            let transcript = Transcript(echo: output?.echo)
            _ = try deployer.deploy(site, cancellation, housekeeping: packing, transcript, newer: newer) { started in
                output?.begin()
                condition.withLock { queue.recordStart(of: started.id, at: site.name) }
            } onEnd: { finished in
                output?.finish()
                end(finished, at: site, packing)
            }
        } catch {
            observer(.notStarted(site, error))
        }
    }

    /// Answers the waiting senders. From now on, a new deployment of the site ends the packing.
    private func end(_ finished: FinishedDeployment, at site: Site, _ packing: Cancellation) {
        observer(.finished(site, finished))
        let answers = condition.withLock {
            if queue.isAnotherTurnNeeded(at: site.name) || queue.isClosed { packing.cancel() }
            housekeeping[site.name] = packing
            if case .waiting = finished.result { return queue.recordWait(of: finished.started.id, at: site.name) }
            return queue.recordEnd(of: finished.started.id, at: site.name)
        }
        if let delay = finished.retryAfter { timers.after(delay) { [weak self] in self?.tryAgain(site) } }
        for answer in answers { answer(site, .finished(finished.result, note: finished.note)) }
    }

    private func finishTurn(of site: Site) {
        let (unanswered, deferred) = condition.withLock {
            (queue.finishTurn(of: site.name), queue.deferredDeployments(of: site.name))
        }
        if let unanswered { answer(unanswered) }
        for id in deferred where (try? ledger.deployment(id))?.state.isFinished == true {
            // Another process has finished the waiting deployment.
            if let unanswered = condition.withLock({ queue.takeDeferred(id) }) { answer(unanswered) }
        }
        condition.withLock { condition.broadcast() }
    }

    private func answer(_ unanswered: SiteQueue<Answer>.Unanswered) {
        for (id, answers) in unanswered.waiters {
            // Another process may have run the deployment, or the deployment could not be started.
            let record = try? ledger.deployment(id)
            let outcome = record?.result.map { DeliveryOutcome.finished($0, note: record?.note) } ?? .queued
            for answer in answers { answer(unanswered.site, outcome) }
        }
    }

    // MARK: Stopping

    /// Waits up to `time` for running deployments, then ends them. Deployments not yet started stay in the ledger.
    /// Every waiting sender gets an answer.
    public func drain(within time: Duration) { drain(within: time, grace: .seconds(10)) }

    /// - Parameter grace: how long ended commands have to exit, cleanup included.
    func drain(within time: Duration, grace: Duration) {
        let left = condition.withLock {
            for packing in housekeeping.values { packing.cancel() }
            return queue.close()
        }
        for unanswered in left {
            for answer in unanswered.waiters.values.joined() { answer(unanswered.site, .finished(.interrupted)) }
        }
        waitUntilIdle(until: .now + time)
        cancellation.cancel()
        waitUntilIdle(until: .now + grace)
    }

    /// Waits until no deployment is running or waiting.
    public func waitUntilIdle() { waitUntilIdle(until: nil) }

    private func waitUntilIdle(until deadline: ContinuousClock.Instant?) {
        condition.lock()
        defer { condition.unlock() }
        while !queue.isIdle || arriving > 0 {
            guard let deadline else {
                condition.wait()
                continue
            }
            guard condition.wait(until: deadline) else { return }
        }
    }
}
