import Deploy
import Foundation
import Git
import SQLiteLedger

/// A ledger in a folder of its own, which is removed with it.
package final class TemporaryLedger: Sendable {
    package let folder: String
    package let ledger: SQLiteLedger

    package init() throws {
        folder = try TemporaryFolder.make()
        ledger = SQLiteLedger(path: "\(folder)/ledger.sqlite")
    }

    /// The same file, as another process has it open.
    package func reopened() -> SQLiteLedger { SQLiteLedger(path: ledger.path) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}

extension DeliveryRecord {
    /// A delivery of `alice/blog` whose body is another one for every number.
    package static func fake(_ number: Int, forgeID: String? = nil, received: Date = Date()) -> DeliveryRecord {
        let digest = Data((0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * min($0, 7))) })
        return DeliveryRecord(
            received: received, digest: digest, forge: "github", forgeID: forgeID, repository: "alice/blog")
    }
}

extension DeploymentRecord.Target {
    /// The branch `main`, at `commit`.
    package static func main(_ commit: Commit) -> Self { Self(ref: "refs/heads/main", commit: commit) }
}
