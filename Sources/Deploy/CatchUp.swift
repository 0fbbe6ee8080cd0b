internal import Foundation
internal import Git
internal import Processes
internal import Synchronization

/// Asks the remotes of the sites unprompted whether a push was missed, and has missed pushes deployed. Asks at the
/// start and then at every interval, spread over time, a few remotes at once. Asks an unreachable remote less and less
/// often.
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
    }

    /// Receives the events of catch-up.
    public typealias Observer = @Sendable (Event) -> Void

    /// A site, and the results of asking its remote.
    private struct Watch {
        let site: Site
        /// The call of `follow` behind the watch. A watch of an earlier call has ended.
        let generation: Int
        /// How many tries in a row have failed. The pause doubles with each.
        var failures = 0
        /// Whether the observer was told about the silent remote.
        var isUnreachable = false
    }

    private struct State {
        var generation = 0
        /// How many threads ask remotes.
        var askers = 0
        /// The due watches that no thread has taken yet.
        var due: [Watch] = []
    }

    /// How many remotes are asked at once.
    private static let parallel = 8
    /// The longest time between two sites at the start.
    private static let gap = Duration.milliseconds(100)
    /// How long a remote has to answer.
    private static let answerTimeout = Duration.seconds(30)
    /// The longest time between two tries at an unreachable remote.
    private static let longestPause = Duration.seconds(24 * 3600)

    private let dispatcher: Dispatcher
    private let timers: TimerQueue
    private let observer: Observer
    private let cancellation = Cancellation()
    private let state = Mutex(State())

    /// Creates a catch-up. `dispatcher` deploys the sites.
    public init(dispatcher: Dispatcher, timers: TimerQueue, observer: @escaping Observer = { _ in }) {
        self.dispatcher = dispatcher
        self.timers = timers
        self.observer = observer
    }

    /// Watches only `sites` from now on. Skips sites whose `catchUp` is `nil`.
    public func follow(_ sites: [Site]) {
        let generation = state.withLock { state in
            state.generation += 1
            state.due = []
            return state.generation
        }
        let watched = sites.filter { $0.catchUp != nil }
        for (index, site) in watched.enumerated() {
            let interval = site.catchUp ?? .zero
            let delay = min(Self.gap, interval / max(watched.count, 1)) * index
            timers.after(delay) { [self] in schedule(Watch(site: site, generation: generation)) }
        }
    }

    /// Stops asking, and cancels the running questions.
    public func stop() {
        state.withLock { state in
            state.generation += 1
            state.due = []
        }
        cancellation.cancel()
    }

    /// Queues a due watch, and starts a thread if fewer than `parallel` are running.
    private func schedule(_ watch: Watch) {
        let needsThread = state.withLock { state in
            guard watch.generation == state.generation else { return false }
            state.due.append(watch)
            guard state.askers < Self.parallel else { return false }
            state.askers += 1
            return true
        }
        if needsThread { Thread.detachNewThread { [self] in work() } }
    }

    private func work() {
        while let watch = nextWatch() { ask(watch) }
    }

    private func nextWatch() -> Watch? {
        state.withLock { state in
            guard !state.due.isEmpty else {
                state.askers -= 1
                return nil
            }
            return state.due.removeFirst()
        }
    }

    private func ask(_ watch: Watch) {
        // A site in deployment needs no question.
        guard !dispatcher.isActive(watch.site.name) else { return scheduleAgain(watch, failures: watch.failures) }
        let limits = Limits.within(min(watch.site.timeout, Self.answerTimeout), cancellation: cancellation)
        let answer: Result<DeploymentRecord.Target?, Failure>
        do throws(Failure) {
            answer = .success(try watch.site.strategy.missedPush(limits))
        } catch {
            answer = .failure(error)
        }
        // The site may have been reconfigured or removed while its remote was asked.
        guard state.withLock({ $0.generation == watch.generation }) else { return }
        switch answer {
        case .success(let target): recordAnswer(watch, target)
        case .failure(let failure): recordFailure(watch, failure)
        }
    }

    private func recordAnswer(_ watch: Watch, _ target: DeploymentRecord.Target?) {
        var next = watch
        next.isUnreachable = false
        if watch.isUnreachable { observer(.reachable(watch.site)) }
        guard let target else { return scheduleAgain(next, failures: 0) }
        observer(.missed(watch.site, target))
        dispatcher.request(watch.site, cause: .catchUp, target: target) { [self, next] result in
            // A failing deployment is also tried less and less often. The dispatcher reports its failure.
            let isFailure = if case .success(.finished(.failed, _)) = result { true } else { false }
            scheduleAgain(next, failures: isFailure ? next.failures + 1 : 0)
        }
    }

    private func recordFailure(_ watch: Watch, _ failure: Failure) {
        var next = watch
        next.isUnreachable = true
        let failures = watch.failures + 1
        if !watch.isUnreachable {
            observer(.unreachable(watch.site, failure, next: pause(watch, failures: failures)))
        }
        scheduleAgain(next, failures: failures)
    }

    private func scheduleAgain(_ watch: Watch, failures: Int) {
        var next = watch
        next.failures = failures
        // A random tenth more, so that sites asked together drift apart.
        let delay = pause(next, failures: failures) * Double.random(in: 1...1.1)
        timers.after(delay) { [self, next] in schedule(next) }
    }

    private func pause(_ watch: Watch, failures: Int) -> Duration {
        let interval = watch.site.catchUp ?? .seconds(900)
        return min(interval * (1 << min(failures, 10)), max(Self.longestPause, interval))
    }
}
