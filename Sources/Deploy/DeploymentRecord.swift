public import Foundation
public import Git

/// A deployment, as the ledger records it.
public struct DeploymentRecord: Sendable, Equatable, Identifiable {
    /// The number of a deployment. Numbers increase and are never reused.
    public typealias ID = Int64

    /// Why a deployment was queued.
    public enum Cause: String, Sendable, CaseIterable {
        /// A delivery asked for the deployment.
        case push
        /// Catch-up found that the remote had moved without a delivery.
        case catchUp = "catch-up"
        /// A person asked for the deployment.
        case command
    }

    /// The state of a deployment.
    ///
    ///     queued ──→ running ──→ deployed, unchanged, skipped, pinned, cancelled, failed
    ///        │        ↑ │ └────→ interrupted, and the work is queued again
    ///        │        │ └──────→ waiting, until the next try
    ///        │        └──────────────┘
    ///        └──→ failed (the site could not be locked or opened)
    public enum State: String, Sendable, CaseIterable {
        /// The deployment waits for its turn.
        case queued
        /// The deployment is running, unless its process is gone.
        case running
        /// The remote does not show the announced commit yet. The deployment runs again at its next try, or earlier if
        /// another delivery or catch-up asks for the site.
        case waiting
        /// The deployment brought the site to its commit.
        case deployed
        /// The site was at its commit before the deployment.
        case unchanged
        /// The commit was not wanted at the site.
        case skipped
        /// The site is pinned and stayed where it is.
        case pinned
        /// A newer push ended the build.
        case cancelled
        /// The deployment failed.
        case failed
        /// The deployment was cut short, and its work was queued again.
        case interrupted

        /// Whether the deployment has ended.
        public var isFinished: Bool {
            switch self {
            case .queued, .running, .waiting: false
            case .deployed, .unchanged, .skipped, .pinned, .cancelled, .failed, .interrupted: true
            }
        }
    }

    /// A ref and its announced commit.
    public struct Target: Sendable, Hashable {
        /// The full name of the ref, such as `refs/heads/main`.
        public let ref: String
        /// The announced commit; for a deletion the commit of the deleted ref.
        public let commit: Commit
        /// The commit of the ref before the push; `nil` if unknown, or if the push created the ref.
        public let before: Commit?
        /// Whether the push deleted the ref.
        public let isDeletion: Bool

        /// Creates a target at `ref`.
        public init(ref: String, commit: Commit, before: Commit? = nil, isDeletion: Bool = false) {
            self.ref = ref
            self.commit = commit
            self.before = before
            self.isDeletion = isDeletion
        }
    }

    /// How a deployment ended.
    public struct Conclusion: Sendable, Equatable {
        /// The result.
        public let result: DeploymentResult
        /// What else a person should know, such as a rewritten branch; `nil` for nothing.
        public let note: String?
        /// How long the deployment took.
        public let duration: Duration
        /// The last 64 KiB of output of the commands.
        public let output: String

        /// Creates a conclusion.
        public init(
            _ result: DeploymentResult, note: String? = nil, duration: Duration = .zero, output: String = ""
        ) {
            self.result = result
            self.note = note
            self.duration = duration
            self.output = output
        }

        /// Returns the same conclusion with a failure as its result.
        func failed(_ failure: Failure) -> Conclusion {
            Conclusion(.failed(failure), note: note, duration: duration, output: output)
        }
    }

    /// The number of the deployment.
    public let id: ID
    /// The site and its host.
    public let site: SiteOnHost
    /// The order of the deployment.
    public let order: Order
    /// Why the deployment was queued.
    public let cause: Cause
    /// The state of the deployment.
    public let state: State
    /// The newest announced target; `nil` if none was announced.
    public let target: Target?
    /// The verified commit; `nil` unless the deployment succeeded.
    public let commit: Commit?
    /// When the deployment was queued.
    public let queued: Date
    /// When the deployment started.
    public let started: Date?
    /// When the deployment ended.
    public let ended: Date?
    /// How long the deployment ran.
    public let duration: Duration?
    /// Why the deployment failed.
    public let failure: Failure?
    /// The missing commit of a waiting deployment, the reason of a skipped or pinned one, or what else a person should
    /// know; `nil` for nothing.
    public let note: String?
    /// When a waiting deployment runs again.
    public let nextTry: Date?
    /// How many deliveries asked for the deployment.
    public let deliveries: Int
    /// The last 64 KiB of output of the commands; empty if the query left the output out.
    public let output: String

    /// Creates a record with these properties.
    public init(
        id: ID, site: SiteOnHost, order: Order = .follow, cause: Cause, state: State, target: Target?, commit: Commit?,
        queued: Date, started: Date?, ended: Date?, duration: Duration?, failure: Failure?, note: String? = nil,
        nextTry: Date? = nil, deliveries: Int, output: String
    ) {
        self.id = id
        self.site = site
        self.order = order
        self.cause = cause
        self.state = state
        self.target = target
        self.commit = commit
        self.queued = queued
        self.started = started
        self.ended = ended
        self.duration = duration
        self.failure = failure
        self.note = note
        self.nextTry = nextTry
        self.deliveries = deliveries
        self.output = output
    }

    /// Why the deployment failed or waits, or what else a person should know; `nil` for nothing.
    public var reason: String? { failure?.message ?? result?.waitingReason ?? note }

    /// The result; `nil` if the deployment is queued or running.
    public var result: DeploymentResult? {
        switch state {
        case .queued, .running: nil
        case .waiting: .waiting(for: note ?? "the announced commit")
        case .deployed: commit.map(DeploymentResult.deployed)
        case .unchanged: commit.map(DeploymentResult.unchanged)
        case .skipped: .skipped(note ?? "")
        case .pinned: .pinned(note ?? "")
        case .cancelled: .cancelled(by: note ?? "a newer push")
        case .failed: .failed(failure ?? Failure("the deployment failed"))
        case .interrupted: .interrupted
        }
    }
}
