public import Processes

extension BranchClone {
    /// Opens the clone at `path` and finds out what it follows.
    ///
    /// - Parameter limits: how long git may take.
    public static func open(at path: String, _ limits: Limits) throws(CloneError) -> BranchClone {
        let layout = try RepositoryLayout.find(path, limits)
        do {
            return try open(layout, limits)
        } catch {
            throw CloneError(error, path: path)
        }
    }

    /// Where the parts of the clone at `path` are that git keeps for itself: its folder `.git`, or where that points to.
    public static func gitDirectory(at path: String, _ limits: Limits) throws(CloneError) -> String {
        try RepositoryLayout.find(path, limits).gitDirectory
    }

    private static func open(_ layout: RepositoryLayout, _ limits: Limits) throws -> BranchClone {
        let (root, git) = (layout.root, layout.git)
        let head = try git.run(["symbolic-ref", "--quiet", "HEAD"], limits).output.trimmed
        guard let branch = Branch(ref: head) ?? layout.rebasedBranch else { throw CloneError.detachedHead(path: root) }
        let format = "--format=%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
        let upstream = try git.output(of: ["for-each-ref", format, "--", branch.ref], limits)
            .split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
        guard upstream.count == 3, let upstreamBranch = Branch(ref: upstream[1]) else {
            throw CloneError.noUpstream(path: root, branch: branch.name)
        }
        let url = try git.output(of: ["remote", "get-url", "--", upstream[0]], limits)
        guard let repository = RepositoryName(url: url) else {
            throw CloneError.unknownRepository(path: root, url: url)
        }
        return BranchClone(
            path: root, branch: branch, upstream: upstreamBranch, remote: upstream[0], trackingRef: upstream[2],
            repository: repository, gitDirectory: layout.gitDirectory, commonDirectory: layout.commonDirectory, git: git
        )
    }
}
