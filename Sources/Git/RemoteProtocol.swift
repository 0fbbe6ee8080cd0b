public import Processes

/// How a remote tells its references. Before version 2 of git's protocol (gitprotocol-v2(5)) a remote lists all references
/// to everyone who fetches one.
public struct RemoteProtocol: Sendable, Equatable {
    /// The version that git and the remote agree on: 0, 1 or 2.
    public let version: Int
    /// The number of references that the remote lists for each fetch; `nil` from version 2 on.
    public let listedReferences: Int?
    /// How git reaches the remote; `nil` if git cannot tell.
    public let transport: RemoteURL.Transport?
    /// Whether a setting of the repository or of the user asks for a version before 2.
    public let isConfigured: Bool

    /// Returns the version in `trace`, the output of trace2 (api-trace2, "transfer", `negotiated-version`); `nil` if git does
    /// not tell. For a path of this machine, the git of the remote writes into the same trace.
    static func version(in trace: String) -> Int? {
        let lines = trace.split(separator: "\n").filter { $0.contains(#""key":"negotiated-version""#) }
        guard let value = lines.last?.firstRange(of: #""value":""#) else { return nil }
        return lines.last.flatMap { Int($0[value.upperBound...].prefix { $0 != "\"" }) }
    }
}

extension Repository {
    /// Asks the remote for the version of git's protocol, and counts its references if it lists all of them.
    ///
    /// - Returns: `nil` if git does not tell the version.
    public func remoteProtocol(_ limits: Limits) throws(GitError) -> RemoteProtocol? {
        let tracing = git.moved(to: git.directory, with: ["GIT_TRACE2_EVENT": "1"])
        let completion = try tracing.run(["ls-remote", "--", remote, "HEAD"], limits)
        guard completion.isSuccess, let version = RemoteProtocol.version(in: completion.errors) else { return nil }
        let listed =
            version < 2 ? try git.output(of: ["ls-remote", "--", remote], limits).utf8.count { $0 == 0x0a } + 1 : nil
        let setting = version < 2 ? try git.run(["config", "--get", "protocol.version"], limits).output.trimmed : ""
        return RemoteProtocol(
            version: version, listedReferences: listed, transport: remoteURL(limits)?.transport,
            isConfigured: ["0", "1"].contains(setting))
    }
}
