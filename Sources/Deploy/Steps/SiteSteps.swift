/// The commands that a site runs when it is deployed, and what they may touch.
public struct SiteSteps: Sendable, Equatable {
    /// One command.
    public struct Step: Sendable, Equatable {
        /// The command, for `sh -c`.
        public let command: String
        /// The longest time that the command may take.
        public let timeout: Duration
        /// Whether the command runs without the fence.
        public let isUnfenced: Bool

        /// Creates a step.
        public init(_ command: String, timeout: Duration, isUnfenced: Bool = false) {
            self.command = command
            self.timeout = timeout
            self.isUnfenced = isUnfenced
        }
    }

    /// What a push does to a running build of another commit.
    public enum OnNewer: Sendable, Equatable {
        /// The build goes on, and the push is deployed afterwards.
        case finish
        /// The push ends the build.
        case cancel
    }

    /// Runs in the new release before it goes live; `nil` for nothing.
    public var build: Step?
    /// Runs after the build. If it fails, the release does not go live.
    public var test: Step?
    /// Runs after the release went live. If it fails, the old release goes live again.
    public var health: HealthCheck?
    /// Runs when the commit is live and healthy.
    public var after: Step?
    /// The variables of the environment file.
    public var variables: [String: String] = [:]
    /// Further files and folders that the steps may read.
    public var readable: [String] = []
    /// Further files and folders that the steps may read and write.
    public var writable: [String] = []
    /// What a push does to a running build.
    public var onNewer = OnNewer.finish

    /// Creates the steps of a site without any.
    public init() {}

    /// Whether the site runs no command.
    public var isEmpty: Bool { build == nil && test == nil && health == nil && after == nil }

    /// The longest time that the steps of one deployment may take.
    var longestTime: Duration {
        // The restart, the check, and the restart of the old release.
        let health = (health?.timeout ?? .zero) * 3
        return [build, test, after].compactMap { $0?.timeout }.reduce(health, +)
    }

    /// Whether commands of the site write into a release.
    var changeReleases: Bool { build != nil || test != nil }

    /// The steps without the fence.
    public var unfenced: [StepName] {
        let all: [(StepName, Step?)] = [(.build, build), (.test, test), (.health, health?.step), (.after, after)]
        return all.compactMap { $1?.isUnfenced == true ? $0 : nil }
    }
}

/// The name of a step.
public enum StepName: String, Sendable, CaseIterable {
    case build
    case test
    case health
    case after
}
