internal import Processes

extension Git {
    /// Brings the files that a checkout of `target` wrote, or did not come to, back to what they were. What else was changed
    /// in files that git tracks is kept as a stash.
    ///
    /// - Parameter hasBegun: whether it is known to have begun. If not, only files that are changed now tell of it.
    func takeBackCheckout(of target: String, hasBegun: Bool, _ limits: Limits) throws(GitError) {
        // A stash is a commit, and the user Bellpull runs as may have no name to commit by.
        let identity = ["-c", "user.name=Bellpull", "-c", "user.email=bellpull@localhost"]
        let changes = try output(of: identity + ["stash", "create"], limits)
        guard hasBegun || !changes.isEmpty else { return }
        if !changes.isEmpty {
            // Should someone have changed a file since, that is not lost.
            let message = "what a deployment that was cut short had changed"
            _ = try output(of: identity + ["stash", "store", "--quiet", "--message", message, changes], limits)
        }
        // There and back again: forth, files that are new become git's, so that back, it removes them.
        for place in [target, "HEAD"] {
            _ = try output(of: ["read-tree", "--reset", "-u", place], limits)
        }
    }
}
