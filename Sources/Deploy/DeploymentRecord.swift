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
    ///     queued ──→ running ──→ deployed, unchanged, failed
    ///        │          └──────→ interrupted, and the work is queued again
    ///        └──→ failed (the site could not be locked or opened)
    public enum State: String, Sendable, CaseIterable {
        /// The deployment waits for its turn.
        case queued
        /// The deployment is running, unless its process is gone.
        case running
        /// The deployment brought the site to its commit.
        case deployed
        /// The site was at its commit before the deployment.
        case unchanged
        /// The deployment failed.
        case failed
        /// The deployment was cut short, and its work was queued again.
        case interrupted

        /// Whether the deployment has ended.
        public var isFinished: Bool { self != .queued && self != .running }
    }

    /// A ref and its announced commit.
    public struct Target: Sendable, Equatable {
        /// The full name of the ref, such as `refs/heads/main`.
        public let ref: String
        /// The announced commit.
        public let commit: Commit

        /// Creates a target at `ref`.
        public init(ref: String, commit: Commit) {
            self.ref = ref
            self.commit = commit
        }
    }

    /// How a deployment ended.
    public struct Conclusion: Sendable, Equatable {
        /// The result.
        public let result: DeploymentResult
        /// How long the deployment took.
        public let duration: Duration
        /// The last 64 KiB of output of the commands.
        public let output: String

        /// Creates a conclusion.
        public init(_ result: DeploymentResult, duration: Duration = .zero, output: String = "") {
            self.result = result
            self.duration = duration
            self.output = output
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
    /// How many deliveries asked for the deployment.
    public let deliveries: Int
    /// The last 64 KiB of output of the commands; empty if the query left the output out.
    public let output: String

    /// Creates a record with these properties.
    public init(
        id: ID, site: SiteOnHost, order: Order = .follow, cause: Cause, state: State, target: Target?, commit: Commit?,
        queued: Date, started: Date?, ended: Date?, duration: Duration?, failure: Failure?, deliveries: Int,
        output: String
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
        self.deliveries = deliveries
        self.output = output
    }

    /// The result; `nil` if the deployment has not ended.
    public var result: DeploymentResult? {
        switch state {
        case .queued, .running: nil
        case .deployed: commit.map(DeploymentResult.deployed)
        case .unchanged: commit.map(DeploymentResult.unchanged)
        case .failed: .failed(failure ?? Failure("the deployment failed"))
        case .interrupted: .interrupted
        }
    }
}
