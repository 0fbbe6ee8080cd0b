public import Processes

/// Makes the clone of a new site.
public enum NewClone {
    /// Clones `url` into the empty folder `path`, and checks out what the site follows. Filters of the user and of the system do
    /// not run, and no hook does.
    ///
    /// - Parameters:
    ///   - follows: the branch to check out; for a tag or a pattern, the highest version is checked out as a detached HEAD.
    ///   - sshCommand: the command for ssh, which becomes a setting of the clone; `nil` for git's default.
    ///   - transcript: receives the output of git.
    /// - Throws: `GitError`, and leaves a part of the clone behind. `CloneError` if git refuses to work in the new clone.
    public static func create(
        at path: String, from url: String, following follows: RefPattern, sshCommand: String?, _ limits: Limits,
        _ transcript: Transcript
    ) throws {
        // A command that outlives a killed Bellpull is found by the mark.
        let git = try Git(in: path, sshCommand: sshCommand, mark: CommandMark(path: path))
        let branch = follows.branch.map { ["--branch", $0.name] } ?? []
        let progress = transcript.showsProgress ? ["--progress"] : ["--quiet"]
        // Settings of the repository: the options after `clone`. They reach git's own fetch, too.
        let setting = sshCommand.map { ["--config", "core.sshCommand=\($0)"] } ?? []
        _ = try git.output(
            of: ["clone", "--no-checkout", "--template=", "--no-recurse-submodules"] + progress + branch + setting
                + ["--", url, path], limits, transcript)
        let clone = try RepositoryLayout.find(path, limits)
        guard follows.branch == nil else {
            _ = try clone.git.output(of: ["reset", "--quiet", "--hard"], limits, transcript)
            return
        }
        let detached = try DetachedClone.open(at: path, limits)
        guard let newest = try detached.newest(follows, limits) else {
            throw GitError(
                arguments: ["ls-remote"], termination: nil, message: "the remote has no \(follows.kind) \(follows)")
        }
        _ = try clone.git.output(
            of: ["checkout", "--quiet", "--detach", newest.commit.description, "--"], limits, transcript)
    }

    /// Has the index of the clone at `path` know its files again: a rename changes the times of a file.
    public static func refreshIndex(at path: String, _ limits: Limits) throws {
        _ = try RepositoryLayout.find(path, limits).git.run(["update-index", "-q", "--refresh"], limits)
    }

    /// Ends the commands that a killed Bellpull has left in the clone at `path`. Returns false if one still runs.
    public static func endOrphans(at path: String, _ limits: Limits) -> Bool {
        [path, "\(path)/.git"].allSatisfy { CommandMark(path: $0)?.endOrphans(limits) ?? true }
    }
}
