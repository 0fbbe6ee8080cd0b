internal import Git

extension Newest {
    func examine(_ limits: Git.Limits) throws -> Condition {
        let checkout = try checkout(limits)
        var condition = Condition(
            repository: try checkout.repository(limits), follows: pattern, commit: checkout.head)
        condition.look(at: checkout.path) { condition in
            try condition.lookAtLock(in: checkout.gitDirectory)
            if let part = checkout.unwritable { throw Failure.unwritable(part, in: checkout.path) }
            guard !condition.isBeingDeployed, !condition.isAfterInterruption else { return }
            guard try checkout.isClean(limits) else { throw Failure.dirty(checkout.path) }
        }
        condition.look(at: checkout.path) { condition in
            let missed = try missed(limits)
            condition.missed = condition.isBeingDeployed ? nil : missed
        }
        return condition
    }
}
