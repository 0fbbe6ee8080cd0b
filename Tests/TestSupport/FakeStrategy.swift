import Processes
import Foundation
import Git
import Synchronization
import Testing

@testable import Deploy

/// A strategy that does what it is told and remembers what it was asked for. By itself it reaches the first commit, by
/// name, that it is asked for. Like every strategy it does nothing where it is already.
package final class FakeStrategy: Strategy {
    package typealias Body = @Sendable (_ targets: Set<Commit>, _ limits: Limits, _ run: Int) -> Outcome
    package typealias Look = @Sendable (_ limits: Limits) throws -> DeploymentRecord.Target?

    private struct State {
        var deployed: Commit?
        var runs: [Set<Commit>] = []
        var running = 0
        var isOverrun = false
        var refusal: Failure?
        var source: Source?
    }

    private let state: Mutex<State>
    private let body: Body
    private let look: Look

    /// - Parameters:
    ///   - deployed: the commit that it is at.
    ///   - missed: what a look at the remote finds.
    package init(
        deployed: Commit? = nil,
        _ body: @escaping Body = { targets, _, _ in targets.first.map(Outcome.deployed) ?? .interrupted },
        missed: @escaping Look = { _ in nil }
    ) {
        state = Mutex(State(deployed: deployed))
        self.body = body
        look = missed
    }

    package var source: Source? { state.withLock(\.source) }

    package var deployed: Commit? { state.withLock(\.deployed) }

    /// What each deployment was asked for.
    package var runs: [Set<Commit>] { state.withLock(\.runs) }

    /// Whether it was ever called while it was at work.
    package var isOverrun: Bool { state.withLock(\.isOverrun) }

    /// From now on its folder says that it is a copy of this.
    package func tell(_ source: Source) { state.withLock { $0.source = source } }

    /// Lets nobody hold it, for this reason; or anybody again.
    package func refuse(_ refusal: Failure?) { state.withLock { $0.refusal = refusal } }

    package func open(_ limits: Limits) throws {}

    package func precheck() -> Failure? { nil }

    package func lock(_ limits: Limits) throws -> any LockedSite {
        if let refusal = state.withLock(\.refusal) { throw refusal }
        return Held(strategy: self)
    }

    package func missed(_ limits: Limits) throws -> DeploymentRecord.Target? { try look(limits) }

    package func inspect(_ limits: Limits) throws -> SiteInspection { throw Failure("there is nothing to look at") }

    private struct Held: LockedSite {
        let strategy: FakeStrategy

        func deploy(_ targets: Set<Commit>, _ limits: Limits, _ transcript: Transcript) -> Outcome {
            strategy.deploy(targets, limits)
        }

        func release() {}
    }

    private func deploy(_ targets: Set<Commit>, _ limits: Limits) -> Outcome {
        if let deployed, targets == [deployed] { return .unchanged(deployed) }
        let run = state.withLock { state in
            state.runs.append(targets)
            state.running += 1
            if state.running > 1 { state.isOverrun = true }
            return state.runs.count
        }
        let outcome = body(targets, limits, run)
        state.withLock { state in
            state.running -= 1
            if let commit = outcome.commit { state.deployed = commit }
        }
        return outcome
    }
}

extension Site {
    /// A site of the branch `main` of `alice/blog`.
    package static func fake(
        _ strategy: any Strategy, name: String = "blog", timeout: Duration = .seconds(20), catchUp: Duration? = nil
    ) throws -> Site {
        Site(
            name: name, repository: RepositoryName("alice/blog"),
            follows: RefPattern(try #require(Branch(name: "main"))), timeout: timeout, catchUp: catchUp,
            strategy: strategy)
    }
}

extension Commit {
    /// A commit that is nowhere, another one for every number.
    package static func fake(_ number: Int) throws -> Commit {
        let digits = String(number, radix: 16)
        return try #require(Commit("c" + String(repeating: "0", count: 39 - digits.count) + digits))
    }
}
