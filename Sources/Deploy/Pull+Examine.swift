internal import Git

extension Pull {
    func examine(_ limits: Git.Limits) throws -> Condition {
        let clone = try clone(limits)
        var condition = Condition(
            repository: clone.repository, follows: RefPattern(clone.upstream), commit: clone.head)
        condition.look(at: clone.path) { condition in
            try condition.lookAtLock(in: clone.gitDirectory)
            if let part = clone.unwritable { throw Failure.unwritable(part, in: clone.path) }
            guard !condition.isBeingDeployed, !condition.isAfterInterruption else { return }
            if let stopped = clone.stoppedRebase { throw stopped }
            // One that nobody stopped at was killed, and is for the next deployment to clear away.
            condition.isAfterInterruption = clone.hasUnfinishedRebase
            guard try condition.isAfterInterruption || clone.isClean(limits) else { throw Failure.dirty(clone.path) }
        }
        condition.look(at: clone.path) { condition in
            let missed = try missed(limits)
            condition.missed = condition.isBeingDeployed ? nil : missed
        }
        return condition
    }
}
