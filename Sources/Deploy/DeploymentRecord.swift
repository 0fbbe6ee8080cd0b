public import Foundation
public import Git

/// A deployment, as it stands in the ledger.
public struct DeploymentRecord: Sendable, Equatable, Identifiable {
    /// Counts up, and is never given to two.
    public typealias ID = Int64

    /// Why it came about.
    public enum Cause: String, Sendable, CaseIterable {
        /// A delivery asked for it.
        case push
        /// The remote had moved, and no delivery had said so.
        case catchUp = "catch-up"
        /// A person asked for it.
        case command
    }

    /// How far it is, or what became of it.
    public enum State: String, Sendable, CaseIterable {
        /// It waits for its turn.
        case queued
        /// It goes on, unless the process that ran it is gone.
        case running
        /// The site was brought to its commit.
        case deployed
        /// The site was there already.
        case unchanged
        /// It could not be done.
        case failed
        /// It was cut short, and what it was to do was queued again.
        case interrupted

        /// Whether it is over.
        public var isOver: Bool { self != .queued && self != .running }
    }

    /// What it is to reach: a reference and the commit that is announced to be there.
    public struct Target: Sendable, Equatable {
        /// The full name of the reference, such as `refs/heads/main`.
        public let ref: String
        /// The commit.
        public let commit: Commit

        /// `commit`, at `ref`.
        public init(ref: String, commit: Commit) {
            self.ref = ref
            self.commit = commit
        }
    }

    /// How it ended.
    public struct Conclusion: Sendable, Equatable {
        /// What came of it.
        public let outcome: Outcome
        /// How long it took.
        public let duration: Duration
        /// The end of what its commands wrote.
        public let output: String

        /// `outcome`, after `duration`.
        public init(_ outcome: Outcome, duration: Duration = .zero, output: String = "") {
            self.outcome = outcome
            self.duration = duration
            self.output = output
        }
    }

    /// Its number.
    public let id: ID
    /// The name of the site.
    public let site: String
    /// Why it came about.
    public let cause: Cause
    /// How far it is.
    public let state: State
    /// The newest that was announced.
    public let target: Target?
    /// Where the site is since, if it is over and was not a failure.
    public let commit: Commit?
    /// When it was queued.
    public let queued: Date
    /// When it began.
    public let started: Date?
    /// When it ended.
    public let ended: Date?
    /// How long it ran.
    public let duration: Duration?
    /// Why it failed.
    public let failure: Failure?
    /// How many deliveries asked for it.
    public let deliveries: Int
    /// The end of what its commands wrote, where it was asked for.
    public let output: String

    /// A deployment of these facts.
    public init(
        id: ID, site: String, cause: Cause, state: State, target: Target?, commit: Commit?, queued: Date,
        started: Date?, ended: Date?, duration: Duration?, failure: Failure?, deliveries: Int, output: String
    ) {
        self.id = id
        self.site = site
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

    /// What came of it; `nil` if it is not over.
    public var outcome: Outcome? {
        switch state {
        case .queued, .running: nil
        case .deployed: commit.map(Outcome.deployed)
        case .unchanged: commit.map(Outcome.unchanged)
        case .failed: .failed(failure ?? Failure("it failed"))
        case .interrupted: .interrupted
        }
    }
}

/// A deployment that has just started, or was rejected.
public struct StartedDeployment: Sendable, Equatable {
    /// Its number.
    public let id: DeploymentRecord.ID
    /// The commits that were announced, two at most: more than one is as good as any number. Empty if it is to happen
    /// whatever the site is at.
    public let targets: Set<Commit>
    /// Why it came about.
    public let cause: DeploymentRecord.Cause
    /// How many deliveries it serves.
    public let deliveries: Int

    /// The deployment `id`, to reach `targets`.
    public init(id: DeploymentRecord.ID, targets: Set<Commit>, cause: DeploymentRecord.Cause, deliveries: Int) {
        self.id = id
        self.targets = targets
        self.cause = cause
        self.deliveries = deliveries
    }
}
