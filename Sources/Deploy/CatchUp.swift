internal import Foundation
internal import Git
internal import Processes
internal import Synchronization

/// Asks the remotes of the sites unprompted whether a push was missed, and has missed pushes deployed. Asks at the
/// start and then at every interval, spread over time, a few remotes at once (`CatchUpSchedule`).
public final class CatchUp: Sendable {
    /// An event for the observer.
    public enum Event: Sendable {
        /// The site's remote has moved, and no delivery announced the push.
        case missed(Site, DeploymentRecord.Target)
        /// The remote does not answer. Reported once, until the remote answers again. `next` is the time until the next
        /// try.
        case unreachable(Site, Failure, next: Duration)
        /// The remote answers again.
        case reachable(Site)
        /// The site is as its remote, although its last deployment failed.
        case recovered(Site, DeploymentRecord.Target)
    }

    /// Receives the events of catch-up.
    public typealias Observer = @Sendable (Event) -> Void

    private typealias Ticket = CatchUpSchedule.Ticket

    private struct State {
        var schedule: CatchUpSchedule
        /// How many threads ask remotes.
        var askers = 0
    }

    /// How many remotes are asked at once.
    private static let parallel = 8
    /// How long a remote has to answer.
    private static let answerTimeout = Duration.seconds(30)

    private let dispatcher: Dispatcher
    private let timers: TimerQueue
    private let observer: Observer
    private let cancellation = Cancellation()
    private let state: Mutex<State>

    /// Creates a catch-up. `dispatcher` deploys the sites.
    public convenience init(dispatcher: Dispatcher, timers: TimerQueue, observer: @escaping Observer = { _ in }) {
        self.init(dispatcher: dispatcher, timers: timers, firstRetry: .seconds(60), observer: observer)
    }

    /// - Parameter firstRetry: the time until a remote that did not answer is asked again, for the first time.
    init(dispatcher: Dispatcher, timers: TimerQueue, firstRetry: Duration, observer: @escaping Observer) {
        self.dispatcher = dispatcher
        self.timers = timers
        self.observer = observer
        state = Mutex(State(schedule: CatchUpSchedule(firstRetry: firstRetry)))
    }

    /// Watches only `sites` from now on. Skips sites whose `catchUp` is `nil`. A site that was watched with the same
    /// interval is asked when it would have been asked.
    public func follow(_ sites: [Site]) {
        let appointments = state.withLock { $0.schedule.follow(sites, at: .now) }
        for appointment in appointments { keep(appointment) }
    }

    /// Stops asking, and cancels the running questions.
    public func stop() {
        follow([])
        cancellation.cancel()
    }

    private func keep(_ appointment: CatchUpSchedule.Appointment) {
        timers.after(appointment.delay) { [self] in markDue(appointment.ticket) }
    }

    /// Adds the site to the due sites, and starts a thread if fewer than `parallel` are running.
    private func markDue(_ ticket: Ticket) {
        let needsThread = state.withLock { state in
            guard state.schedule.markDue(ticket), state.askers < Self.parallel else { return false }
            state.askers += 1
            return true
        }
        if needsThread { Thread.detachNewThread { [self] in work() } }
    }

    private func work() {
        while let (ticket, site) = next() { ask(site, ticket) }
    }

    private func next() -> (Ticket, Site)? {
        state.withLock { state in
            guard let next = state.schedule.next(at: .now) else {
                state.askers -= 1
                return nil
            }
            return next
        }
    }

    private func ask(_ site: Site, _ ticket: Ticket) {
        // A site in deployment needs no question.
        guard !dispatcher.isActive(site.name) else { return finish(ticket, .skipped) }
        let limits = Limits.within(min(site.timeout, Self.answerTimeout), cancellation: cancellation)
        let answer: Result<DeploymentRecord.Target?, Failure>
        do throws(Failure) {
            answer = .success(try site.strategy.missedPush(limits))
        } catch {
            answer = .failure(error)
        }
        // The site may have been reconfigured or removed while its remote was asked.
        guard let site = state.withLock({ $0.schedule.site(of: ticket) }) else { return }
        switch answer {
        case .success(let target): recordAnswer(site, ticket, target)
        case .failure(let failure): recordFailure(site, ticket, failure)
        }
    }

    private func recordAnswer(_ site: Site, _ ticket: Ticket, _ target: DeploymentRecord.Target?) {
        if state.withLock({ $0.schedule.setUnreachable(false, ticket) }) { observer(.reachable(site)) }
        guard let target else {
            recordRecovery(of: site)
            return finish(ticket, .upToDate)
        }
        observer(.missed(site, target))
        dispatcher.request(site, cause: .catchUp, target: target) { [self] result in
            // The dispatcher reports the failure.
            let isFailure = if case .success(.finished(.failed, _)) = result { true } else { false }
            finish(ticket, isFailure ? .deploymentFailed : .upToDate)
        }
    }

    /// Records that the site is as its remote, if its last deployment in the ledger failed. `status` would go on saying
    /// that the site failed.
    private func recordRecovery(of site: Site) {
        // A failed health check or `after` is no matter of the remote, so the failure stays until the next deployment.
        guard site.steps.health == nil, site.steps.after == nil else { return }
        // Reading first: most sites have nothing to record, and a transaction waits for the disk.
        guard let last = try? dispatcher.ledger.deployments(of: site.name, limit: 1).first, last.state == .failed,
            let ref = site.follows?.ref, let commit = site.liveCommit
        else { return }
        let target = DeploymentRecord.Target(ref: ref, commit: commit)
        dispatcher.writer.write {
            try $0.recordUnchanged(site.name, target, cause: .catchUp, at: Date())
        } then: { [observer] result in
            if case .success(.some) = result { observer(.recovered(site, target)) }
        }
    }

    private func recordFailure(_ site: Site, _ ticket: Ticket, _ failure: Failure) {
        let isNew = state.withLock { $0.schedule.setUnreachable(true, ticket) }
        finish(ticket, .unreachable) { [observer] next in
            if isNew { observer(.unreachable(site, failure, next: next)) }
        }
    }

    private func finish(_ ticket: Ticket, _ answer: CatchUpSchedule.Answer, then: (Duration) -> Void = { _ in }) {
        guard let next = state.withLock({ $0.schedule.finish(ticket, answer, at: .now) }) else { return }
        then(next.delay)
        // Up to a tenth less, so that sites asked together drift apart.
        keep((next.ticket, next.delay * Double.random(in: 0.9...1)))
    }
}
