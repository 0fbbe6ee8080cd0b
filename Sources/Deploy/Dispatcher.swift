public import Git
internal import Synchronization

/// Deploys sites: one deployment at a time for each, whatever arrives.
public final class Dispatcher: Sendable {
    /// What is called when a deployment is over: the site, what came of it, how many deliveries it served, how long it
    /// took.
    public typealias Observer = @Sendable (Site, Outcome, _ deliveries: Int, Duration) -> Void

    private let queues: [String: SiteQueue]
    private let cancellation = Cancellation()

    /// A dispatcher for these sites, whose names differ.
    public init(sites: [Site], observer: @escaping Observer = { _, _, _, _ in }) {
        let cancellation = cancellation
        let queues = sites.map { ($0.name, SiteQueue(site: $0, cancellation: cancellation, observer: observer)) }
        self.queues = Dictionary(uniqueKeysWithValues: queues)
    }

    /// Brings `site` to `target`, and calls `answer` once with what came of it: at once if it is there already, or else
    /// on the thread that deploys.
    public func deploy(_ site: Site, to target: Commit, answer: @escaping @Sendable (Outcome) -> Void) {
        queues[site.name]?.deploy(target, answer: answer)
    }

    /// Finishes what runs and waits, for `time` at most, then ends it, and answers everybody.
    public func drain(within time: Duration) { drain(within: time, grace: .seconds(10)) }

    /// - Parameter grace: how long ended commands have to die and to be cleaned up after.
    func drain(within time: Duration, grace: Duration) {
        waitUntilIdle(until: .now + time)
        cancellation.cancel()
        waitUntilIdle(until: .now + grace)
    }

    /// Waits until nothing runs and nothing waits.
    public func waitUntilIdle() { waitUntilIdle(until: nil) }

    private func waitUntilIdle(until deadline: ContinuousClock.Instant?) {
        for queue in queues.values { queue.waitUntilIdle(until: deadline) }
    }
}
