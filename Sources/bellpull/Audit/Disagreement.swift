import AccessLog
import Deploy
import Foundation

/// Something on which the log and the ledger do not agree, or which the ledger itself cannot explain.
struct Disagreement: Encodable, Equatable {
    enum Kind: String, Encodable {
        /// The log has an accepted delivery, and the ledger does not.
        case notInLedger = "not_in_ledger"
        /// The log and the ledger have different ids of the delivery.
        case otherDelivery = "other_delivery"
        /// The ledger has the delivery, and no deployment for it.
        case noDeployment = "no_deployment"
        /// The reply and the ledger tell different ends of the deployment.
        case otherResult = "other_result"
        /// The delivery was accepted, and its deployment failed later. No later deployment brought the site up to date.
        case neverLive = "never_live"
        /// The ledger has a deployment for a push, and no delivery of the push.
        case noDelivery = "no_delivery"
        /// The log has a receipt that the ledger does not have.
        case unknownReceipt = "unknown_receipt"
        /// A row of the ledger is not as Bellpull wrote it.
        case changedRow = "changed_row"
        /// Rows of the ledger are gone.
        case removedRow = "removed_row"
        /// A row of the ledger was not written by Bellpull.
        case unsealedRow = "unsealed_row"
    }

    let kind: Kind
    let message: String
    let time: String?
    let delivery: String?
    let site: String?
    private(set) var deployment: DeploymentRecord.ID?

    /// Creates a disagreement on a line of the log.
    init(_ kind: Kind, _ message: String, _ line: AccessLogLine, deployment: DeploymentRecord.ID? = nil) {
        self.kind = kind
        self.message = message
        time = line.time.standard
        delivery = line.delivery
        site = line.site
        self.deployment = deployment
    }

    /// Creates a disagreement on a row of the ledger.
    init(_ kind: Kind, _ message: String, deployment: DeploymentRecord.ID? = nil, of site: String? = nil) {
        self.kind = kind
        self.message = message
        (time, delivery) = (nil, nil)
        self.site = site
        self.deployment = deployment
    }

    /// Creates a disagreement from a fault of the chain of receipts.
    init(_ fault: ChainVerification.Fault, _ ledger: AuditLedger) {
        func site(_ id: DeploymentRecord.ID) -> String? { ledger.deployment(id)?.site }
        func name(_ id: DeploymentRecord.ID) -> String {
            site(id).map { "deployment \(id) of \($0)" } ?? "deployment \(id)"
        }
        switch fault {
        case .changed(let id):
            self.init(.changedRow, "\(name(id)) was changed after it had finished", deployment: id, of: site(id))
        case .removed(let id): self.init(.removedRow, "\(name(id)) was removed", deployment: id)
        case .gap(let range, let id):
            let what = range.count == 1 ? "a deployment was" : "\(range.count) deployments were"
            self.init(
                .removedRow, "\(what) removed together with the receipt, before \(name(id)) finished", deployment: id,
                of: site(id))
        case .broken(let id):
            self.init(
                .changedRow, "\(name(id)) has another receipt before it than the ledger has", deployment: id,
                of: site(id))
        case .unsealed(let id):
            self.init(.unsealedRow, "\(name(id)) has finished without a receipt", deployment: id, of: site(id))
        }
    }

    /// The place of the disagreement and the message.
    var text: String {
        guard let time, let date = Date(standard: time) else { return message }
        return "\(date.local): \(delivery.map { "delivery \($0)" } ?? "a delivery"): \(message)"
    }
}
