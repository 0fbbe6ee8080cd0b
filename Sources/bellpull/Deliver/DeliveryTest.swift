import Deploy
import Foundation

/// A delivery of `bellpull deliver`. Its id tells it from the deliveries of forges.
enum DeliveryTest {
    private static let prefix = "bellpull-deliver-"

    /// The id of a new delivery.
    static var newID: String { prefix + UUID().uuidString.lowercased() }

    /// Returns whether `bellpull deliver` alone asked for the deployment `id`.
    static func isOnlyCause(of id: DeploymentRecord.ID, in ledger: any Ledger) throws(LedgerError) -> Bool {
        let deliveries = try ledger.deliveries(of: id)
        return !deliveries.isEmpty && deliveries.allSatisfy { $0.forgeID?.hasPrefix(prefix) == true }
    }
}
