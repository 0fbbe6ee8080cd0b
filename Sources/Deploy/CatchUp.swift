internal import Processes
internal import Foundation
internal import Git
internal import Synchronization

/// Asks the remotes, now and then, whether a push was missed, and has deployed what was: at the start and every so often,
/// spread out, a few at a time. A remote that does not answer is asked less and less.
public final class CatchUp: Sendable {
    /// What is found.
    public enum Event: Sendable {
        /// The site's remote has moved, and no delivery had said so.
        case missed(Site, DeploymentRecord.Target)
        /// The remote cannot be asked; said once, until it can be again. The time is that until the next try.
        case unreachable(Site, Failure, next: Duration)
        /// The remote can be asked again.
        case reachable(Site)
    }

    /// Is told what is found.
    public typealias Observer = @Sendable (Event) -> Void

    /// A site, and how asking went.
    private struct Watch {
        let site: Site
        /// Which call of `follow` it comes from; those of earlier ones are over.
        let generation: Int
        /// How often in a row it came to nothing: the time until the next look doubles with each.
        var failures = 0
        /// Whether it was said that the remote cannot be asked.
        var isUnreachable = false
    }

    private struct State {
        var generation = 0
        var lookers = 0
        /// Whose time has come, while there is nobody to look.
        var due: [Watch] = []
    }

    /// How many remotes are asked at once.
    private static let parallel = 8
    /// How far apart sites are asked at the start, at most.
    private static let gap = Duration.milliseconds(100)
    /// How long a remote has to answer.
    private static let patience = Duration.seconds(30)
    /// The longest between two tries at a remote that does not answer.
    private static let longest = Duration.seconds(24 * 3600)

    private let dispatcher: Dispatcher
    private let timers: TimerQueue
    private let observer: Observer
    private let cancellation = Cancellation()
    private let state = Mutex(State())

    /// Catch-up for sites that `dispatcher` deploys.
    public init(dispatcher: Dispatcher, timers: TimerQueue, observer: @escaping Observer = { _ in }) {
        self.dispatcher = dispatcher
        self.timers = timers
        self.observer = observer
    }

    /// Watches these sites from now on, and no others; those without `catchUp` are passed over.
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

    /// Asks no more, and ends those that ask.
    public func stop() {
        state.withLock { state in
            state.generation += 1
            state.due = []
        }
        cancellation.cancel()
    }

    /// The site's time has come.
    private func schedule(_ watch: Watch) {
        let isNeeded = state.withLock { state in
            guard watch.generation == state.generation else { return false }
            state.due.append(watch)
            guard state.lookers < Self.parallel else { return false }
            state.lookers += 1
            return true
        }
        if isNeeded { Thread.detachNewThread { [self] in work() } }
    }

    private func work() {
        while let watch = next() { ask(watch) }
    }

    private func next() -> Watch? {
        state.withLock { state in
            guard !state.due.isEmpty else {
                state.lookers -= 1
                return nil
            }
            return state.due.removeFirst()
        }
    }

    private func ask(_ watch: Watch) {
        // What is being deployed needs no look.
        guard !dispatcher.isActive(watch.site.name) else { return schedule(again: watch, watch.failures) }
        let limits = Limits.within(min(watch.site.timeout, Self.patience), cancellation: cancellation)
        let look = Result { try watch.site.strategy.missed(limits) }
        // Meanwhile it may have become another's to watch, or nobody's.
        guard state.withLock({ $0.generation == watch.generation }) else { return }
        switch look {
        case .success(let target): recordAnswer(watch, target)
        case .failure(let error): recordFailure(watch, error as? Failure ?? Failure("\(error)"))
        }
    }

    private func recordAnswer(_ watch: Watch, _ target: DeploymentRecord.Target?) {
        var next = watch
        next.isUnreachable = false
        if watch.isUnreachable { observer(.reachable(watch.site)) }
        guard let target else { return schedule(again: next, 0) }
        observer(.missed(watch.site, target))
        dispatcher.request(watch.site, cause: .catchUp, target: target) { [self, next] result in
            // What cannot be deployed is not tried over and over either. Its failure is told by the dispatcher.
            let isFailure = if case .success(.failed) = result { true } else { false }
            schedule(again: next, isFailure ? next.failures + 1 : 0)
        }
    }

    private func recordFailure(_ watch: Watch, _ failure: Failure) {
        var next = watch
        next.isUnreachable = true
        let failures = watch.failures + 1
        if !watch.isUnreachable {
            observer(.unreachable(watch.site, failure, next: pause(watch, failures: failures)))
        }
        schedule(again: next, failures)
    }

    private func schedule(again watch: Watch, _ failures: Int) {
        var next = watch
        next.failures = failures
        // Up to a tenth more, so that those who came together drift apart.
        let delay = pause(next, failures: failures) * Double.random(in: 1...1.1)
        timers.after(delay) { [self, next] in schedule(next) }
    }

    private func pause(_ watch: Watch, failures: Int) -> Duration {
        let interval = watch.site.catchUp ?? .seconds(900)
        return min(interval * (1 << min(failures, 10)), max(Self.longest, interval))
    }
}
