internal import Foundation
public import Processes

extension Site {
    /// Brings the site up to date, wherever the site is, and returns when the deployment has ended. Waits if another
    /// process is deploying the site. Runs on a plain thread, because commands inherit the thread's signal mask.
    ///
    /// The site's filter does not hold. If the request merges with a push, and the filter skips the push, the site is deployed
    /// once more.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - ledger: records the deployment. Work queued for the site before is deployed too.
    ///   - cancellation: ends the deployment. A deployment that has not started is withdrawn, unless a delivery also asked
    ///     for it.
    ///   - transcript: receives the output of the commands.
    ///   - onStart: called when the deployment has the site's lock.
    /// - Returns: the record of the deployment.
    public func deployNow(
        _ order: Order = .follow, ledger: any Ledger, _ cancellation: Cancellation, _ transcript: Transcript,
        onStart: (StartedDeployment) -> Void = { _ in }
    ) throws(LedgerError) -> DeploymentRecord {
        let writer = GroupCommitWriter(ledger)
        defer { writer.dismiss() }
        while true {
            let record = try deployOnce(order, ledger, writer, cancellation, transcript, onStart: onStart)
            guard order == .follow, record.state == .skipped, record.cause != .command else { return record }
        }
    }

    private func deployOnce(
        _ order: Order, _ ledger: any Ledger, _ writer: GroupCommitWriter, _ cancellation: Cancellation,
        _ transcript: Transcript, onStart: (StartedDeployment) -> Void
    ) throws(LedgerError) -> DeploymentRecord {
        let name = name
        let id = try writer.write { try $0.queue(name, order, cause: .command, target: nil, at: Date()) }
        while true {
            let finished = try Deployer(writer: writer).deploy(self, cancellation, transcript, onStart: onStart)
            if finished == nil, cancellation.isCancelled {
                try writer.write {
                    try $0.withdraw(id, Failure("the person who asked for the deployment cancelled it"), at: Date())
                }
            }
            guard let record = try ledger.deployment(id) else {
                throw LedgerError("deployment \(id) is no longer in the ledger")
            }
            // Work with another order may have been queued before.
            if record.state != .queued || finished == nil { return record }
        }
    }
}
