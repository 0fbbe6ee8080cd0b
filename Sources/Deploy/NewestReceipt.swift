internal import Synchronization

/// The receipt of the deployment that this process finished last.
final class NewestReceipt: Sendable {
    private let receipt = Mutex<Receipt?>(nil)

    /// The receipt; `nil` if this process has finished no deployment.
    var value: Receipt? { receipt.withLock(\.self) }

    /// Replaces the receipt. Call in the order of the writes to the ledger.
    func set(_ new: Receipt?) {
        if let new { receipt.withLock { $0 = new } }
    }
}
