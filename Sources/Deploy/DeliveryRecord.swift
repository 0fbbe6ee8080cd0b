public import Foundation
public import Webhook

/// A verified delivery, as the ledger records it.
public struct DeliveryRecord: Sendable, Equatable {
    /// When the delivery arrived.
    public let received: Date
    /// The SHA-256 digest of the body, 32 bytes.
    public let digest: Data
    /// The sending forge, such as `github`.
    public let forge: String
    /// The forge's id for the delivery, if the forge sent one. The signature does not cover the id.
    public let forgeID: String?
    /// The repository, as the forge writes its name.
    public let repository: String
    /// The site, if the site's own hook accepted the delivery; `nil` for the shared hook.
    public let hook: String?
    /// The slot of the hook's secret used to verify the delivery.
    public let secret: Secrets.Slot

    /// Creates a record with these properties.
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
