import Deploy
import Foundation
import Git
import SQLiteLedger

/// A ledger in a temporary folder. The folder is removed with the ledger.
package final class TemporaryLedger: Sendable {
    package let folder: String
    package let store: SQLiteStore
    package let ledger: StoredLedger

    package init() throws {
        folder = try TemporaryFolder.make()
        store = SQLiteStore(path: "\(folder)/ledger.sqlite", host: Self.host)
        ledger = StoredLedger(store, host: Self.host)
    }

    /// The host of the sites in the tests.
    package static let host = "www"

    /// Opens the same file once more, like another process.
    package func reopened() -> StoredLedger {
        StoredLedger(SQLiteStore(path: store.path, host: Self.host), host: Self.host)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}

extension DeliveryRecord {
    /// Returns a delivery of `alice/blog`, with a different body for every number.
    package static func fake(_ number: Int, forgeID: String? = nil, received: Date = Date()) -> DeliveryRecord {
        let digest = Data((0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * min($0, 7))) })
        return DeliveryRecord(
            received: received, digest: digest, forge: "github", forgeID: forgeID, repository: "alice/blog")
    }
}

extension DeploymentRecord.Target {
    /// Returns the branch `main` at `commit`.
    package static func main(_ commit: Commit) -> Self { Self(ref: "refs/heads/main", commit: commit) }
}
