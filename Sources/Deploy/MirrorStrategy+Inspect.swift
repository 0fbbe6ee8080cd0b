internal import Processes
internal import Git

extension MirrorStrategy {
    func inspect(_ limits: Limits) throws -> SiteInspection {
        let checkout = try checkout(limits)
        var inspection = SiteInspection(
            repository: try checkout.repository(limits), follows: pattern, commit: checkout.head)
        inspection.look(at: checkout.path) { inspection in
            try inspection.lookAtLock(in: checkout.gitDirectory)
            if let part = checkout.unwritablePath { throw Failure.unwritable(part, in: checkout.path) }
            guard !inspection.isBeingDeployed, !inspection.isAfterInterruption else { return }
            guard try checkout.isClean(limits) else { throw Failure.dirty(checkout.path) }
        }
        inspection.look(at: checkout.path) { inspection in
            let missed = try missed(limits)
            inspection.missed = inspection.isBeingDeployed ? nil : missed
        }
        return inspection
    }
}
