import Processes
import Git

@testable import Deploy

extension Strategy {
    /// Holds the site, deploys and lets go.
    func deploy(_ targets: Set<Commit>, _ limits: Limits) -> Outcome {
        do {
            let lockedSite = try lock(limits)
            defer { lockedSite.release() }
            return lockedSite.deploy(targets, limits, Transcript())
        } catch  where limits.cancellation.isCancelled {
            return .interrupted
        } catch {
            return .failed(error as? Failure ?? Failure("\(error)"))
        }
    }
}

extension Outcome {
    /// Why it failed, if it did.
    var failure: Failure? {
        if case .failed(let failure) = self { failure } else { nil }
    }
}
