public import Processes
internal import Foundation

extension BranchClone {
    private var staleLocks: StaleLocks {
        StaleLocks(path: path, gitDirectory: gitDirectory, commonDirectory: references.commonDirectory)
    }

    /// A rebase that a person has stopped at, or other git that is at work in the clone.
    public struct Occupied: Error, Sendable, Equatable {
        /// What goes on, in words.
        public let message: String
        /// What to do about it.
        public let hint: String
    }

    /// Clears away what a git that was killed left behind, locks, a rebase and a checkout half done, so that the next can
    /// work. To be called under the site's lock.
    ///
    /// - Parameters:
    ///   - ownLeftovers: whether what is half done is known to be Bellpull's. If not, a rebase that stopped for a person
    ///     to act is left to that person, and so are changes in the work tree.
    ///   - checkoutBegan: whether a checkout is known to have begun and not to have come to its end.
    /// - Throws: `Occupied`, or what git says when something cannot be undone.
    public func repair(ownLeftovers: Bool, checkoutBegan: Bool = false, _ limits: Limits) throws {
        let locks = staleLocks
        // It may have fetched any branch; those are looked for only if it is known to have been ours, as there may be
        // thousands.
        let found = locks.found(shared: [branch.ref, trackingRef], under: ownLeftovers ? ["refs/remotes"] : [])
        if !found.isEmpty || hasUnfinishedRebase { try locks.waitForOtherGit(limits) }
        for lock in found { unlink(lock) }
        if hasUnfinishedRebase {
            if !ownLeftovers, let stoppedRebase { throw stoppedRebase }
            try abortRebase(limits)
        }
        guard ownLeftovers else { return }
        // Git holds the index's lock all through a checkout.
        let hasBegun = checkoutBegan || found.contains("\(gitDirectory)/index.lock")
        try git.takeBackCheckout(of: trackingRef, hasBegun: hasBegun, limits)
    }
}
