public import Processes

/// Questions about commits, with `nil` where git cannot tell, as without the commit.
extension Git {
    /// Returns whether a file that matches one of `globs` differs between the commits. A renamed file differs at its old and
    /// at its new path.
    ///
    /// - Parameter globs: pathspecs with the magic word `glob` (gitglossary(7)).
    public func hasChanges(
        from old: Commit, to new: Commit, in globs: [String], _ limits: Limits
    ) -> Bool? {
        let options = ["-r", "--quiet", "--no-renames", "--ignore-submodules=none"]
        let pathspecs = globs.map { ":(glob)\($0)" }
        let completion = try? run(
            ["diff-tree"] + options + [old.description, new.description, "--"] + pathspecs, limits)
        return switch completion?.termination {
        case .exited(0)?: false
        case .exited(1)?: true
        default: nil
        }
    }

    /// Returns the message of `commit` in UTF-8.
    public func message(of commit: Commit, _ limits: Limits) -> String? {
        let options = ["--max-count=1", "--no-show-signature", "--encoding=UTF-8", "--format=%B"]
        return try? output(of: ["log"] + options + [commit.description, "--"], limits)
    }
}
