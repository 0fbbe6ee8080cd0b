import Deploy
import Git
import Processes
import Synchronization

/// A strategy under the control of a test, with a record of its calls. By default a deployment reaches the announced
/// commit. Like every strategy, the fake does nothing if the site is at the commit already.
package final class FakeStrategy: Strategy {
    package typealias Body = @Sendable (_ announced: Set<Commit>, _ limits: Limits, _ run: Int) -> DeploymentResult
    package typealias Missed = @Sendable (_ limits: Limits) throws(Failure) -> DeploymentRecord.Target?

    /// The input of a deployment.
    package struct Run: Equatable, Sendable {
        package let order: Order
        package let announced: Set<Commit>
    }

    private struct State {
        var live: Commit?
        var runs: [Run] = []
        var running = 0
        var isOverrun = false
        var refusal: Failure?
        var source: Source?
        var pin: Pin?
    }

    private let state: Mutex<State>
    private let body: Body
    private let missed: Missed

    /// - Parameters:
    ///   - live: the commit of the site.
    ///   - missed: the answer of the remote.
    package init(
        live: Commit? = nil,
        _ body: @escaping Body = { announced, _, _ in announced.first.map(DeploymentResult.deployed) ?? .interrupted },
        missed: @escaping Missed = { _ in nil }
    ) {
        state = Mutex(State(live: live))
        self.body = body
        self.missed = missed
    }

    package var source: Source? { state.withLock(\.source) }

    package var knownCommit: Commit? { liveCommit }

    package var liveCommit: Commit? { state.withLock(\.live) }

    /// The input of each deployment.
    package var runs: [Run] { state.withLock(\.runs) }

    /// The announced commits of each deployment.
    package var announced: [Set<Commit>] { runs.map(\.announced) }

    /// Whether two deployments ever ran at the same time.
    package var isOverrun: Bool { state.withLock(\.isOverrun) }

    /// Sets the origin of the clone.
    package func setSource(_ source: Source) { state.withLock { $0.source = source } }

    /// Makes every attempt to lock the site fail with `refusal`; `nil` lets later attempts succeed.
    package func refuse(_ refusal: Failure?) { state.withLock { $0.refusal = refusal } }

    package var pin: Pin? { state.withLock(\.pin) }

    package func setPin(_ pin: Pin, _ limits: Limits) { state.withLock { $0.pin = pin } }

    package func removePin(_ limits: Limits) -> Bool {
        state.withLock { state in
            defer { state.pin = nil }
            return state.pin != nil
        }
    }

    package func open(_ limits: Limits) {}

    package func precheck() -> Failure? { nil }

    package func lock(_ limits: Limits) throws(Failure) -> any LockedSite {
        if let refusal = state.withLock(\.refusal) { throw refusal }
        return Locked(strategy: self)
    }

    package func newestPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target {
        guard let newest = try missed(limits) else { throw Failure("the remote has no such branch") }
        return newest
    }

    package func missedPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target? { try missed(limits) }

    package func inspect(_ limits: Limits) throws(Failure) -> SiteInspection { throw Failure("nothing to inspect") }

    private struct Locked: LockedSite {
        func tidy(_ limits: Limits) {}

        let strategy: FakeStrategy

        func deploy(
            _ order: Order, announced: [DeploymentRecord.Target], _ limits: Limits, _ transcript: Transcript,
            steps: StepSession?
        ) -> (result: DeploymentResult, note: String?) {
            (strategy.deploy(order, Set(announced.map(\.commit)), limits), nil)
        }

        func release() {}
    }

    private func deploy(_ order: Order, _ announced: Set<Commit>, _ limits: Limits) -> DeploymentResult {
        if let live = liveCommit, announced == [live] { return .unchanged(live) }
        let run = state.withLock { state in
            state.runs.append(Run(order: order, announced: announced))
            state.running += 1
            if state.running > 1 { state.isOverrun = true }
            return state.runs.count
        }
        let result = body(announced, limits, run)
        state.withLock { state in
            state.running -= 1
            if let commit = result.commit { state.live = commit }
        }
        return result
    }
}
