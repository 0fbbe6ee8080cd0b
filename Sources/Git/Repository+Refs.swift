public import Processes

/// The references of the remote.
extension Repository {
    /// Returns the repository behind the remote's URL, perhaps without an owner; `nil` if the URL has no path.
    public func repository(_ limits: Limits) throws(GitError) -> RepositoryName? {
        RepositoryName(url: try git.output(of: ["remote", "get-url", "--", remote], limits))
    }

    /// Asks the remote for its references. Returns the highest version that `pattern` matches, or `nil` if there is no
    /// match.
    public func newest(_ pattern: RefPattern, _ limits: Limits) throws(GitError) -> RemoteRef? {
        try refs(matching: pattern, limits).first
    }

    /// Asks the remote for its references (git-ls-remote(1), `--sort`). Returns the references that `pattern` matches, the
    /// highest version first. `v2.0-rc1` is lower than `v2.0`.
    public func refs(matching pattern: RefPattern, _ limits: Limits) throws(GitError) -> [RemoteRef] {
        try git.refs(matching: pattern, of: remote, limits)
    }

    /// Fetches `ref` from the remote. In the repository a branch becomes a remote branch, and a tag keeps its name.
    public func fetch(_ ref: String, _ limits: Limits, _ transcript: Transcript) throws(GitError) {
        let progress = transcript.showsProgress ? ["--progress"] : []
        let refspec = "+\(ref):\(trackingRef(of: ref))"
        _ = try git.output(of: ["fetch", "--no-tags"] + progress + ["--", remote, refspec], limits, transcript)
    }

    /// Returns the commit of the remote's `ref` as of the last fetch, or `nil` if `ref` was not fetched. Runs git for an
    /// annotated tag only.
    public func fetchedCommit(of ref: String, _ limits: Limits) throws(GitError) -> Commit? {
        let name = trackingRef(of: ref)
        guard name == ref else { return references.commit(of: name) }
        return Commit(try git.output(of: ["rev-parse", "--verify", "--quiet", "\(name)^{commit}"], limits))
    }

    /// Returns the commit whose name begins with `text`; `nil` if there is none, or if there are several. Only names of
    /// commits are known, so that a branch that is called like a commit is not taken for one.
    public func commit(named text: String, _ limits: Limits) throws(GitError) -> Commit? {
        guard (4...64).contains(text.utf8.count), text.allSatisfy(\.isHexDigit) else { return nil }
        let arguments = ["rev-parse", "--disambiguate=\(text.lowercased())"]
        let found = try git.run(arguments, limits).output.split(separator: "\n").compactMap { Commit($0) }
        var commits: [Commit] = []
        for candidate in found.prefix(20) where try has(candidate, limits) { commits.append(candidate) }
        return commits.count == 1 ? commits.first : nil
    }

    /// Returns whether the repository has `commit`.
    public func has(_ commit: Commit, _ limits: Limits) throws(GitError) -> Bool {
        try git.run(["cat-file", "-e", "\(commit)^{commit}"], limits).isSuccess
    }

    /// Returns whether `commit` contains `other`: is `other` itself or a later commit. False if one of them is missing.
    public func contains(_ other: Commit, in commit: Commit, _ limits: Limits) throws(GitError) -> Bool {
        try git.run(["merge-base", "--is-ancestor", other.description, commit.description], limits).isSuccess
    }

    private func trackingRef(of ref: String) -> String {
        ref.hasPrefix("refs/heads/") ? "refs/remotes/\(remote)/" + ref.dropFirst("refs/heads/".count) : ref
    }
}

extension Git {
    /// Asks `remote`, a name or a URL, for its references that `pattern` matches, the highest version first.
    public func refs(
        matching pattern: RefPattern, of remote: String, _ limits: Limits
    ) throws(GitError) -> [RemoteRef] {
        let arguments = ["ls-remote", "--sort=-version:refname", "--", remote, pattern.ref, "\(pattern.ref)^{}"]
        let lines = try output(of: ["-c", "versionsort.suffix=-"] + arguments, limits).split(separator: "\n")
        let listed = lines.compactMap { line -> (ref: Substring, commit: Commit)? in
            let columns = line.split(separator: "\t")
            guard columns.count == 2, let commit = Commit(columns[0]) else { return nil }
            return (columns[1], commit)
        }
        let peeled = Dictionary(listed.filter { $0.ref.hasSuffix("^{}") }.map { ($0.ref.dropLast(3), $0.commit) }) {
            first, _ in first
        }
        return listed.filter { !$0.ref.hasSuffix("^{}") && pattern.matches(String($0.ref)) }.map {
            RemoteRef(ref: String($0.ref), object: $0.commit, commit: peeled[$0.ref] ?? $0.commit)
        }
    }
}
