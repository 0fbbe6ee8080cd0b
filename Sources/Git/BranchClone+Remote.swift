public import Processes
internal import Foundation

extension BranchClone {
    /// Whether the repository is still where it was when it was opened.
    public var isInPlace: Bool { access("\(gitDirectory)/HEAD", F_OK) == 0 }

    /// The commit the upstream is at in the remote, asked of it now (git-ls-remote(1)); `nil` if it has no such branch.
    /// Nothing is fetched.
    public func remoteCommit(_ limits: Limits) throws(GitError) -> Commit? {
        let lines = try git.output(of: ["ls-remote", "--", remote, upstream.ref], limits).split(separator: "\n")
        // A pattern without a slash at its beginning matches the ends of names, too.
        return lines.lazy.map { $0.split(separator: "\t") }.first { $0.last == upstream.ref[...] }
            .flatMap { $0.first.flatMap { Commit($0) } }
    }

    /// Whether HEAD is at `commit` or on top of it. False as well if the clone does not have that commit.
    public func contains(_ commit: Commit, _ limits: Limits) throws(GitError) -> Bool {
        if head == commit { return true }
        return try git.run(["merge-base", "--is-ancestor", commit.description, "HEAD"], limits).isSuccess
    }
}
