public import Foundation
public import Webhook

/// A verified delivery, as it stands in the ledger.
public struct DeliveryRecord: Sendable, Equatable {
    /// When it came.
    public let received: Date
    /// The SHA-256 digest of its body, 32 bytes.
    public let digest: Data
    /// Who sent it, such as `github`.
    public let forge: String
    /// The forge's id for it, if it has one. It is not part of what is verified.
    public let forgeID: String?
    /// The repository, as the forge writes it.
    public let repository: String
    /// The site whose own hook took it, or `nil` for the hook that sites share.
    public let hook: String?
    /// Which of the hook's secrets verified it.
    public let secret: Secrets.Slot

    /// A delivery of these facts.
    public init(
        received: Date = Date(), digest: Data, forge: String, forgeID: String?, repository: String,
        hook: String? = nil, secret: Secrets.Slot = .current
    ) {
        self.received = received
        self.digest = digest
        self.forge = forge
        self.forgeID = forgeID
        self.repository = repository
        self.hook = hook
        self.secret = secret
    }
}

/// A site that a delivery is for.
public struct DeliveryTarget: Sendable, Equatable {
    /// The site's name.
    public let name: String
    /// Where the delivery wants it.
    public let target: DeploymentRecord.Target
    /// Whether it is there already.
    public let isThere: Bool

    /// The site called `name`, to be brought to `target`.
    public init(name: String, target: DeploymentRecord.Target, isThere: Bool = false) {
        self.name = name
        self.target = target
        self.isThere = isThere
    }
}

/// What becomes of a delivery at one site.
public enum Disposition: Sendable, Equatable {
    /// It waits for this deployment, which is queued or, if it came before, may be running.
    case awaits(DeploymentRecord.ID)
    /// The site is there already.
    case unchanged
    /// It came before, and was deployed.
    case duplicate

    /// Whether there is a deployment to wait for.
    var goesOn: Bool {
        if case .awaits = self { true } else { false }
    }
}
