import Deploy
import Foundation
import Processes
import Synchronization

/// Sends notices about finished deployments, and statuses of commits, on threads of its own:
///
///     ledger: finished deployments ── read ──→ notices, one queue per site and kind ── the first, when due ──→ sent
///                                                   ↑                                         │ failed
///                                                   └────────── due again, ever later ────────┘
///
/// The ledger has the queues, and the number of the last deployment in them: a notice survives a restart, and a deployment by a
/// command leads to notices, too. A hanging program delays only the programs of the same site, and no deployment.
final class Notifier: @unchecked Sendable {
    /// The queue of a site and a kind. One notice of a queue is sent at a time.
    private struct Lane: Hashable {
        let site: String
        let kind: PendingNotice.Kind
    }

    /// How many notices of a kind are sent at once.
    private static let parallel = 8
    /// How many deployments are read at once.
    private static let batch = 25
    private static let shortestPause = Duration.milliseconds(50)
    private static let longestPause = Duration.milliseconds(900)
    /// The longest sleep, and the rest after an error of the ledger.
    private static let longestSleep = Duration.seconds(60)

    private let ledger: any NoticeLedger
    private let dispatch: NoticeDispatch
    private let log: NoticeLog
    private let cancellation: Cancellation
    private let isDirty = Atomic<Bool>(false)
    /// Whether a site sends notices.
    private let isNeeded = Atomic<Bool>(false)

    // Guards and signals the properties below.
    private let condition = MonotonicCondition()
    private var targets: [String: NoticeTarget] = [:]
    private var others: Set<String> = []
    private var busy: Set<Lane> = []
    private var isIdle = true
    private var isStopped = false
    private var hasThread = false
    /// The lanes at rest after an error of the ledger.
    private var resting: [Lane: ContinuousClock.Instant] = [:]

    // Only the reading thread uses the properties below.
    /// The running deployment of each site whose status was recorded.
    private var announced: [String: DeploymentRecord.ID] = [:]
    private var isReadable = true

    init(_ ledger: any NoticeLedger, _ dispatch: NoticeDispatch) {
        self.ledger = ledger
        self.dispatch = dispatch
        cancellation = dispatch.cancellation
        log = dispatch.log
    }

    // MARK: Interface

    /// Replaces the sites with notices. A new site has no notices about deployments from before.
    ///
    /// - Parameter others: sites with a mistake in their settings. They keep their notices.
    func follow(_ targets: [NoticeTarget], keeping others: Set<String>) {
        let named = Dictionary(targets.map { ($0.name, $0) }) { first, _ in first }
        // The reading thread must not go on with the sites from before.
        condition.withLock { (self.targets, self.others) = (named, others) }
        // The reading thread makes up for an error.
        try? startFollowing(Set(named.keys), others)
        isNeeded.store(!named.isEmpty, ordering: .sequentiallyConsistent)
        condition.withLock {
            guard !named.isEmpty, !hasThread, !isStopped else { return }
            hasThread = true
            let thread = Thread { [self] in work() }
            thread.stackSize = 512 << 10
            thread.start()
        }
        note()
    }

    /// Records that the ledger may have changed. Returns at once.
    func note() {
        guard isNeeded.load(ordering: .relaxed), !isDirty.load(ordering: .relaxed) else { return }
        isDirty.store(true, ordering: .sequentiallyConsistent)
        condition.withLock {
            isIdle = false
            condition.broadcast()
        }
    }

    /// Waits up to `time` until no notice is due or being sent.
    func waitUntilIdle(within time: Duration) {
        let deadline = ContinuousClock.now + time
        isDirty.store(true, ordering: .sequentiallyConsistent)
        condition.withLock {
            isIdle = false
            condition.broadcast()
            while !isIdle, hasThread, condition.wait(until: deadline) {}
        }
    }

    /// Ends running programs and requests. What was not sent stays in the ledger. Returns at once.
    func cancel() {
        cancellation.cancel()
        condition.withLock {
            isStopped = true
            condition.broadcast()
        }
    }

    /// Cancels, and waits up to 5 s for the end of programs and requests.
    func stop() {
        let deadline = ContinuousClock.now + .seconds(5)
        cancel()
        condition.withLock {
            while hasThread || !busy.isEmpty, condition.wait(until: deadline) {}
        }
    }

    private func startFollowing(_ sites: Set<String>, _ others: Set<String>) throws(LedgerError) {
        let known = Set(try ledger.noticePosition().since.keys)
        guard !sites.isSubset(of: known) || !known.isSubset(of: sites.union(others)) else { return }
        try ledger.write { try $0.followNotices(of: sites, keeping: others) }
    }

    // MARK: The reading thread

    private func work() {
        var sleep = Duration.zero
        while let targets = awaitWork(for: sleep) {
            let start = ContinuousClock.now
            do throws(LedgerError) {
                try follow()
                try readRunning(targets)
                try read()
                sleep = try sendDue(targets)
                if !isReadable { log.readable() }
                isReadable = true
            } catch {
                if isReadable { log.unreadable(error) }
                isReadable = false
                sleep = Self.longestSleep
            }
            // Many sites take longer to read.
            let pause = min(max(Self.shortestPause, start.duration(to: .now) * 5), Self.longestPause)
            usleep(UInt32(pause / .microseconds(1)))
        }
        condition.withLock {
            hasThread = false
            condition.broadcast()
        }
    }

    /// Waits for a note, or up to `time`. Returns `nil` after `stop`.
    private func awaitWork(for time: Duration) -> [String: NoticeTarget]? {
        let deadline = ContinuousClock.now + time
        return condition.withLock {
            while !isStopped, !isDirty.load(ordering: .acquiring), condition.wait(until: deadline) {}
            // What changes from now on is noted again.
            isDirty.store(false, ordering: .sequentiallyConsistent)
            return isStopped ? nil : targets
        }
    }

    /// Writes the sites of the last `follow` again, after an error or if the ledger was moved away.
    private func follow() throws(LedgerError) {
        let (names, others) = condition.withLock { (Set(targets.keys), self.others) }
        try startFollowing(names, others)
    }

    /// Turns finished deployments into notices.
    private func read() throws(LedgerError) {
        var last = try ledger.noticePosition().number
        while true {
            let finished = try ledger.finishedDeployments(after: last, limit: Self.batch)
            guard let end = finished.last?.number else { return }
            // In this order: a site that begins meanwhile has no news among these deployments.
            let since = try ledger.noticePosition().since
            let targets = condition.withLock { self.targets }
            var drafts: [PendingNotice.Draft] = []
            for deployment in finished {
                let site = deployment.record.site.name
                guard let target = targets[site], let beginning = since[site], deployment.number > beginning else {
                    continue
                }
                let before = try ledger.stateBefore(deployment.number, since: beginning, of: site)
                drafts += NoticeComposer(target: target).notices(about: deployment.record, before: before)
            }
            try record(drafts, readTo: end)
            last = end
        }
    }

    /// Records the status of each commit whose deployment has started.
    private func readRunning(_ targets: [String: NoticeTarget]) throws(LedgerError) {
        guard targets.values.contains(where: { $0.settings.status != nil }) else { return }
        var drafts: [PendingNotice.Draft] = []
        for record in try ledger.runningDeployments() where announced[record.site.name] != record.id {
            guard let target = targets[record.site.name] else { continue }
            drafts += [NoticeComposer(target: target).pendingStatus(of: record)].compactMap(\.self)
            announced[record.site.name] = record.id
        }
        if !drafts.isEmpty { try record(drafts, readTo: nil) }
    }

    private func record(_ drafts: [PendingNotice.Draft], readTo number: Int64?) throws(LedgerError) {
        let dropped = try ledger.write { try $0.enqueue(drafts, readTo: number, at: Date()) }
        if dropped > 0 { log.dropped(dropped) }
    }

    /// Starts to send the due notices. Returns the time until the next notice is due.
    private func sendDue(_ targets: [String: NoticeTarget]) throws(LedgerError) -> Duration {
        var sleep = Self.longestSleep
        var isIdle = true
        for notice in try ledger.nextNotices() {
            // A site with a mistake, or a removed one.
            guard let target = targets[notice.draft.site] else { continue }
            let lane = Lane(site: notice.draft.site, kind: notice.draft.kind)
            let wait = Duration.seconds(notice.nextTry.timeIntervalSinceNow)
            guard wait <= .zero else {
                sleep = min(sleep, wait)
                continue
            }
            isIdle = false
            if begin(lane) { Thread.detachNewThread { [self] in send(notice.id, to: target, lane) } }
        }
        condition.withLock { self.isIdle = isIdle && busy.isEmpty && !isDirty.load(ordering: .acquiring) }
        condition.withLock { condition.broadcast() }
        return sleep
    }

    /// Takes a place for a notice of `lane`, unless none is free: the end of a notice is noted, and leads here again.
    private func begin(_ lane: Lane) -> Bool {
        condition.withLock {
            guard !isStopped, !busy.contains(lane), busy.count(where: { $0.kind == lane.kind }) < Self.parallel else {
                return false
            }
            if let rest = resting[lane], rest > .now { return false }
            resting[lane] = nil
            busy.insert(lane)
            return true
        }
    }

    // MARK: The sending threads

    private func send(_ id: PendingNotice.ID, to target: NoticeTarget, _ lane: Lane) {
        var isRecorded = true
        do throws(LedgerError) {
            if let notice = try ledger.notice(id) { try settle(notice, dispatch.send(notice, to: target)) }
        } catch {
            // The notice would be sent again at once.
            isRecorded = false
            log.unreadable(error)
        }
        condition.withLock {
            if !isRecorded { resting[lane] = .now + Self.longestSleep }
            busy.remove(lane)
            condition.broadcast()
        }
        note()
    }

    /// Records what became of a try.
    private func settle(_ notice: PendingNotice, _ outcome: NoticeOutcome) throws(LedgerError) {
        switch outcome {
        case .cancelled: return
        case .sent:
            try ledger.write { try $0.removeNotice(notice.id) }
            log.sent(notice)
        case .rejected(let reason, let hint):
            try ledger.write { try $0.removeNotice(notice.id) }
            log.rejected(notice, reason, hint: hint)
        case .failed(let reason, let wish):
            let age = Duration.seconds(max(0, -notice.created.timeIntervalSinceNow))
            guard let wait = NoticeRetries.wait(after: notice.tries + 1, age: age, wish: wish) else {
                try ledger.write { try $0.removeNotice(notice.id) }
                return log.rejected(notice, "given up: \(reason)", hint: nil)
            }
            try ledger.write { try $0.postponeNotice(notice.id, until: Date(timeIntervalSinceNow: wait / .seconds(1))) }
            log.failed(notice, reason, next: wait)
        }
    }
}
