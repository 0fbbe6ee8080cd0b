internal import Deploy
internal import Foundation
internal import Processes
internal import Synchronization

/// Opens the clones of sites with an unknown repository, on a separate thread. Such a clone could not be opened at the
/// start, for example because of a late mount. Only the clone tells whether a push concerns the site.
final class SiteOpener: @unchecked Sendable {
    /// How long a delivery waits for the clones.
    private static let timeout = Duration.seconds(3)
    /// How long a failed opening is remembered: each try costs git processes.
    private static let pause = Duration.seconds(10)

    /// A delivery that waits.
    private final class Job: Sendable {
        let sites: [Site]
        private let then: Mutex<(@Sendable ([Failure]) -> Void)?>

        init(_ sites: [Site], _ then: @escaping @Sendable ([Failure]) -> Void) {
            self.sites = sites
            self.then = Mutex(then)
        }

        /// Lets the delivery go on, once. `failures` has a site's failure by the site's name.
        func finish(_ failures: [String: Failure]) {
            guard let then = then.withLock({ $0.take() }) else { return }
            then(
                sites.filter { $0.repository == nil }.map { site in
                    let failure = failures[site.name] ?? Failure("the clone did not open within \(SiteOpener.timeout)")
                    return Failure("\(site.name): \(failure.message)", hint: failure.hint)
                })
        }
    }

    private let timers: TimerQueue
    // Guards and signals the properties below.
    private let condition = MonotonicCondition()
    private var jobs: [Job] = []
    private var isRunning = false
    /// How many deliveries wait.
    private var waiting = 0
    private var failures: [String: (failure: Failure, time: ContinuousClock.Instant)] = [:]

    init(timers: TimerQueue) {
        self.timers = timers
    }

    /// Opens `sites`, and calls `then` on another thread with a failure for each site with a still unknown repository. Each
    /// failure names its site.
    func open(_ sites: [Site], then: @escaping @Sendable ([Failure]) -> Void) {
        let job = Job(sites) { [self] failures in
            then(failures)
            condition.withLock {
                waiting -= 1
                condition.broadcast()
            }
        }
        let needsThread = condition.withLock {
            waiting += 1
            jobs.append(job)
            defer { isRunning = true }
            return !isRunning
        }
        timers.after(Self.timeout) { job.finish([:]) }
        // A plain thread: a child process would inherit the signals blocked by Dispatch's threads.
        if needsThread { Thread.detachNewThread { [self] in work() } }
    }

    /// Waits until no delivery waits.
    func waitUntilIdle() {
        condition.withLock { while waiting > 0 { condition.wait() } }
    }

    private func work() {
        while let job = next() {
            let limits = Limits.within(Self.timeout)
            let failed = job.sites.compactMap { site in failure(of: site, limits).map { (site.name, $0) } }
            job.finish(Dictionary(failed) { first, _ in first })
        }
    }

    private func next() -> Job? {
        condition.withLock {
            guard !jobs.isEmpty else {
                isRunning = false
                return nil
            }
            return jobs.removeFirst()
        }
    }

    private func failure(of site: Site, _ limits: Limits) -> Failure? {
        guard site.repository == nil else { return nil }
        // Needs no process, and finds a missing folder.
        if let failure = site.precheck() { return failure }
        if let (failure, time) = condition.withLock({ failures[site.name] }), time + Self.pause > .now {
            return failure
        }
        let failure = site.open(limits)
        condition.withLock { failures[site.name] = failure.map { ($0, .now) } }
        return failure
    }
}
