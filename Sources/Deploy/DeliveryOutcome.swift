/// The result of a delivery at one site, or at all its sites.
public enum DeliveryOutcome: Sendable, Equatable {
    /// The requested deployment has ended.
    case finished(DeploymentResult)
    /// The same delivery arrived before and was deployed.
    case duplicate
    /// The delivery does not concern the site.
    case ignored(IgnoreReason)
    /// The deployment is recorded and has not ended yet.
    case queued
}
