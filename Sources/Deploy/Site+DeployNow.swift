public import Processes
internal import Foundation
internal import Git

extension Site {
    /// Brings the site up to date, whatever it is at, and returns when that is done. Another process that is deploying it
    /// is waited for. To be called on a plain thread.
    ///
    /// - Parameters:
    ///   - ledger: gets the deployment, and what was queued for the site.
    ///   - transcript: gets what the commands write.
    /// - Returns: what the ledger has of it then.
    public func deployNow(
        ledger: any Ledger, _ cancellation: Cancellation, _ transcript: Transcript
    ) throws(LedgerError) -> DeploymentRecord {
        let writer = GroupCommitWriter(ledger)
        defer { writer.dismiss() }
        let name = name
        let id = try writer.write { try $0.queue(name, cause: .command, target: nil, at: Date()) }
        _ = try Deployer(writer: writer).deploy(self, cancellation, transcript)
        guard let record = try ledger.deployment(id) else { throw LedgerError("deployment \(id) is gone") }
        return record
    }
}
