public import Processes

/// What a remote shows to a person without a clone: its branches and tags (git-ls-remote(1)).
public struct RemoteListing: Sendable, Equatable {
    /// The branch that HEAD points to; `nil` if the remote does not have that branch.
    public let defaultBranch: String?
    /// The names of the branches, in the order of the remote.
    public let branches: [String]
    /// The names of the tags, in the order of the remote.
    public let tags: [String]

    /// Whether nothing was pushed to the repository yet.
    public var isEmpty: Bool { branches.isEmpty && tags.isEmpty }

    /// Parses the output of `git ls-remote --symref`.
    init(_ output: String) {
        let lines = output.split(separator: "\n").map { $0.split(separator: "\t") }.filter { $0.count == 2 }
        branches = lines.compactMap { Branch(ref: $0[1])?.name }
        tags = lines.compactMap { line in
            guard line[1].hasPrefix("refs/tags/"), !line[1].hasSuffix("^{}") else { return nil }
            return String(line[1].dropFirst("refs/tags/".count))
        }
        let head = lines.first { $0[0].hasPrefix("ref: ") && $0[1] == "HEAD" }
        let name = head.flatMap { Branch(ref: $0[0].dropFirst("ref: ".count))?.name }
        defaultBranch = name.flatMap { [branches] in branches.contains($0) ? $0 : nil }
    }

    /// Returns whether a branch or a tag of the remote matches `pattern`.
    public func has(_ pattern: RefPattern) -> Bool {
        switch pattern.kind {
        case .branch: branches.contains { pattern.matches("refs/heads/\($0)") }
        case .tag: tags.contains { pattern.matches("refs/tags/\($0)") }
        }
    }
}

extension Git {
    /// Asks the remote at `url`, or the remote of this name, for its branches and tags.
    public func listing(of url: String, _ limits: Limits) throws(GitError) -> RemoteListing {
        let patterns = ["HEAD", "refs/heads/*", "refs/tags/*"]
        return RemoteListing(try output(of: ["ls-remote", "--symref", "--", url] + patterns, limits))
    }
}
