import Foundation
import Git
import Synchronization
import Testing

@testable import Deploy

/// A strategy that does what it is told and remembers what it was asked for. By itself it reaches the first commit, by
/// name, that it is asked for.
final class FakeStrategy: Strategy {
    typealias Body = @Sendable (_ targets: Set<Commit>, _ limits: Git.Limits, _ run: Int) -> Outcome

    private struct State {
        var deployed: Commit?
        var runs: [Set<Commit>] = []
        var running = 0
        var isOverrun = false
    }

    private let state = Mutex(State())
    private let body: Body

    init(_ body: @escaping Body = { targets, _, _ in targets.first.map(Outcome.deployed) ?? .interrupted }) {
        self.body = body
    }

    var deployed: Commit? { state.withLock(\.deployed) }

    /// What each deployment was asked for.
    var runs: [Set<Commit>] { state.withLock(\.runs) }

    /// Whether it was ever called while it was at work.
    var isOverrun: Bool { state.withLock(\.isOverrun) }

    func deploy(_ targets: Set<Commit>, _ limits: Git.Limits) -> Outcome {
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
    static func fake(_ strategy: any Strategy, name: String = "blog", timeout: Duration = .seconds(20)) throws -> Site {
        Site(
            name: name, repository: try #require(RepositoryName("alice/blog")),
            branch: try #require(Branch(name: "main")), timeout: timeout, strategy: strategy)
    }
}

extension Commit {
    /// A commit that is nowhere, another one for every number.
    static func fake(_ number: Int) throws -> Commit {
        let digits = String(number, radix: 16)
        return try #require(Commit("c" + String(repeating: "0", count: 39 - digits.count) + digits))
    }
}
