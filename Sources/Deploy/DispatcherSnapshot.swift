/// What a dispatcher deploys at one moment, and what waits.
public struct DispatcherSnapshot: Sendable, Equatable {
    /// The turn of a site.
    public struct Turn: Sendable, Equatable {
        /// The name of the site.
        public let site: String
        /// The running deployment; `nil` before its start is recorded, and for a site that waits.
        public let deployment: DeploymentRecord.ID?
        /// Since when the site runs or waits.
        public let since: ContinuousClock.Instant
    }

    /// The sites in deployment, the longest first.
    public let running: [Turn]
    /// The sites that wait for a turn, the longest first. A site in deployment waits, too, if it was pushed to meanwhile.
    public let waiting: [Turn]
    /// How many sites may be deployed at once.
    public let limit: Int
}
