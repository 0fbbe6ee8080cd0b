import Git
import Processes
import TestSupport

@testable import Deploy

extension Strategy {
    /// Locks the site, deploys and releases the lock.
    func deploy(_ announced: Set<Commit>, _ limits: Limits, _ order: Order = .follow) -> DeploymentResult {
        deploy(targets: announced.map { .main($0) }, limits, order).result
    }

    func deploy(
        targets: [DeploymentRecord.Target], _ limits: Limits, _ order: Order = .follow
    ) -> (result: DeploymentResult, note: String?) {
        do throws(Failure) {
            let lockedSite = try lock(limits)
            defer { lockedSite.release() }
            return lockedSite.deploy(order, announced: targets, limits, Transcript())
        } catch {
            return (limits.cancellation.isCancelled ? .interrupted : .failed(error), nil)
        }
    }
}
