public import Processes
internal import Foundation

/// A clone whose work tree is put at one commit after the other, on no branch (detached HEAD): what a site is that follows
/// tags, or branches by a pattern.
public struct DetachedClone: Sendable {
    /// The folder of the work tree, absolute and without symbolic links.
    public let path: String
    /// The folder `.git`, or where it points to.
    public let gitDirectory: String
    /// The remote's name in the clone, usually `origin`.
    public let remote: String

    let git: Git
    let references: References

    /// The commit that HEAD is at, read from the repository's files without a git process.
    public var head: Commit? { references.head.flatMap(references.commit(of:)) ?? references.detachedHead }

    /// The reference of the highest version among those of the remote that `pattern` matches, asked of it now
    /// (git-ls-remote(1), `--sort`); `nil` if there is none. `v2.0-rc1` comes before `v2.0`.
    public func newest(_ pattern: RefPattern, _ limits: Limits) throws(GitError) -> RemoteRef? {
        let arguments = ["ls-remote", "--sort=-version:refname", "--", remote, pattern.ref, "\(pattern.ref)^{}"]
        let lines = try git.output(of: ["-c", "versionsort.suffix=-"] + arguments, limits).split(separator: "\n")
        let listed = lines.compactMap { line -> (ref: Substring, commit: Commit)? in
            let columns = line.split(separator: "\t")
            guard columns.count == 2, let commit = Commit(columns[0]) else { return nil }
            return (columns[1], commit)
        }
        let newest = listed.first { !$0.ref.hasSuffix("^{}") && pattern.matches(String($0.ref)) }
        guard let newest else { return nil }
        let peeled = listed.first { $0.ref == newest.ref + "^{}" }
        return RemoteRef(ref: String(newest.ref), commit: (peeled ?? newest).commit)
    }

    /// Fetches `position` from the remote, under the name it has in a clone.
    public func fetch(
        _ position: RemoteRef, _ pattern: RefPattern, _ limits: Limits, _ transcript: Transcript
    ) throws(GitError) {
        let name =
            switch pattern.kind {
            case .branch: "refs/remotes/\(remote)/" + position.ref.dropFirst("refs/heads/".count)
            case .tag: position.ref
            }
        let progress = transcript.showsProgress ? ["--progress"] : []
        let refspec = "+\(position.ref):\(name)"
        _ = try git.output(of: ["fetch", "--no-tags"] + progress + ["--", remote, refspec], limits, transcript)
    }

    /// Puts the work tree at `commit`, unless that would lose a local change or an untracked file.
    public func checkOut(_ commit: Commit, _ limits: Limits, _ transcript: Transcript) throws(GitError) {
        _ = try git.output(of: ["checkout", "--quiet", "--detach", commit.description, "--"], limits, transcript)
    }

    /// Whether the files that git tracks are as in HEAD.
    public func isClean(_ limits: Limits) throws(GitError) -> Bool {
        try git.output(of: ["status", "--porcelain", "--untracked-files=no", "--ignore-submodules"], limits).isEmpty
    }

    /// How many commits HEAD has that no branch and no tag has, here or of a remote, nor `known`.
    public func countLocalCommits(besides known: Commit?, _ limits: Limits) throws(GitError) -> Int {
        let others = ["--not", "--remotes", "--tags", "--branches"] + (known.map { [$0.description] } ?? [])
        let arguments = ["rev-list", "--count", "--ignore-missing", "HEAD"] + others
        return Int(try git.output(of: arguments, limits)) ?? 0
    }

    /// Clears away what a git that was killed left behind. To be called under the site's lock.
    ///
    /// - Parameter checkoutBegan: whether a checkout of what was fetched last has begun, and not come to its end; then
    ///   its files are put back, and what else was changed in files that git tracks is kept as a stash.
    public func repair(checkoutBegan: Bool, _ limits: Limits) throws {
        let locks = StaleLocks(
            path: path, gitDirectory: gitDirectory, commonDirectory: references.commonDirectory)
        let found = locks.found(shared: [], under: ["refs/remotes", "refs/tags"])
        if !found.isEmpty { try locks.waitForOtherGit(limits) }
        for lock in found { unlink(lock) }
        if checkoutBegan { try git.takeBackCheckout(of: "FETCH_HEAD", hasBegun: true, limits) }
    }
}
