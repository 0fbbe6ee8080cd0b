internal import Processes
internal import Git

extension PullStrategy {
    func inspect(_ limits: Limits) throws -> SiteInspection {
        let clone = try clone(limits)
        var inspection = SiteInspection(
            repository: clone.repository, follows: RefPattern(clone.upstream), commit: clone.head)
        inspection.look(at: clone.path) { inspection in
            try inspection.lookAtLock(in: clone.gitDirectory)
            if let part = clone.unwritablePath { throw Failure.unwritable(part, in: clone.path) }
            guard !inspection.isBeingDeployed, !inspection.isAfterInterruption else { return }
            if let stopped = clone.stoppedRebase { throw Failure(stopped.message, hint: stopped.hint) }
            // One that nobody stopped at was killed, and is for the next deployment to clear away.
            inspection.isAfterInterruption = clone.hasUnfinishedRebase
            guard try inspection.isAfterInterruption || clone.isClean(limits) else { throw Failure.dirty(clone.path) }
        }
        inspection.look(at: clone.path) { inspection in
            let missed = try missed(limits)
            inspection.missed = inspection.isBeingDeployed ? nil : missed
        }
        return inspection
    }
}
