import Git
import Processes

@testable import Deploy

extension Strategy {
    /// Locks the site, deploys and releases the lock.
    func deploy(_ announced: Set<Commit>, _ limits: Limits, _ order: Order = .follow) -> DeploymentResult {
        do throws(Failure) {
            let lockedSite = try lock(limits)
            defer { lockedSite.release() }
            return lockedSite.deploy(order, announced: announced, limits, Transcript())
        } catch {
            return limits.cancellation.isCancelled ? .interrupted : .failed(error)
        }
    }
}
