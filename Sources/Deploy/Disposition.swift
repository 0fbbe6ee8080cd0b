/// The ledger's decision about a delivery at one site.
public enum Disposition: Sendable, Equatable {
    /// The delivery waits for the given deployment, queued or running.
    case awaits(DeploymentRecord.ID)
    /// The site is at the announced commit already.
    case unchanged
    /// The same delivery arrived before and was deployed.
    case duplicate

    /// Whether the delivery waits for a deployment.
    var isAwaiting: Bool {
        if case .awaits = self { true } else { false }
    }
}
