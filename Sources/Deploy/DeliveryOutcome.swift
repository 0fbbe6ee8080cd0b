/// The outcome of a delivery at one site, or at all its sites.
public enum DeliveryOutcome: Sendable, Equatable {
    /// The deployment for the delivery has ended. The note is what else a person should know.
    case finished(DeploymentResult, note: String? = nil)
    /// The same delivery arrived before, and the site is at the announced commit.
    case duplicate
    /// The delivery does not concern the site.
    case ignored(IgnoreReason)
    /// The deployment is recorded and has not ended yet.
    case queued

    /// Whether a later outcome may follow.
    public var isFinal: Bool {
        if case .finished(.waiting, _) = self { false } else { true }
    }
}
