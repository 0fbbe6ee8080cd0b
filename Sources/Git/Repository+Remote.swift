public import Processes
internal import Foundation

/// Questions about the remote, for the explanation of a failure. Each costs a process.
extension Repository {
    /// Returns the URL of the remote; `nil` if git cannot tell.
    public func remoteURL(_ limits: Limits) -> RemoteURL? {
        (try? git.output(of: ["remote", "get-url", "--", remote], limits)).map { RemoteURL($0) }
    }

    /// Returns the URL of the remote as configured; `nil` if there is none.
    public func configuredURL(_ limits: Limits) throws(GitError) -> String? {
        let completion = try git.run(["config", "--get", "remote.\(remote).url"], limits)
        return completion.isSuccess ? completion.output.trimmed : nil
    }

    /// Returns `url` with the host and the port that ssh connects to.
    public func resolve(_ url: RemoteURL, _ limits: Limits) -> RemoteURL {
        guard let configuration = sshConfiguration(of: url, limits) else { return url }
        return url.resolved(bySSH: configuration)
    }

    /// Returns the files of the private keys that ssh offers to the host of `url`.
    public func keys(for url: RemoteURL, _ limits: Limits) -> [String] {
        let lines = sshConfiguration(of: url, limits)?.split(separator: "\n") ?? []
        let files = lines.filter { $0.hasPrefix("identityfile ") }.map { String($0.dropFirst("identityfile ".count)) }
        return files.map { ($0 as NSString).expandingTildeInPath }
    }

    /// Returns the files of the private keys that ssh offers to the host of `url` and cannot open without a passphrase.
    public func lockedKeys(for url: RemoteURL, _ limits: Limits) -> [String] {
        keys(for: url, limits).filter { file in
            guard access(file, R_OK) == 0 else { return false }
            let command = Command(
                executable: URL(fileURLWithPath: "/usr/bin/env"),
                arguments: ["ssh-keygen", "-y", "-P", "", "-f", file],
                directory: git.directory, environment: git.environment)
            let completion = try? command.run(until: limits.deadline, cancellation: limits.cancellation)
            return completion?.errors.contains("incorrect passphrase") == true
        }
    }

    private func sshConfiguration(of url: RemoteURL, _ limits: Limits) -> String? {
        let port = url.port.map { ["-p", "\($0)"] } ?? []
        return git.ssh(["-G"] + port + [url.destination], limits)
    }

    /// The branches of a remote.
    public typealias RemoteBranches = (default: String?, all: [String])

    /// Asks the remote for its default branch and all its branches (git-ls-remote(1), `--symref`).
    public func remoteBranches(_ limits: Limits) throws(GitError) -> RemoteBranches {
        let output = try git.output(of: ["ls-remote", "--symref", "--", remote, "HEAD", "refs/heads/*"], limits)
        let lines = output.split(separator: "\n").map { $0.split(separator: "\t") }
        let head = lines.first { $0.count == 2 && $0[0].hasPrefix("ref: ") && $0[1] == "HEAD" }
        let branches = lines.compactMap { $0.count == 2 ? Branch(ref: $0[1])?.name : nil }
        let name = head.flatMap { Branch(ref: $0[0].dropFirst("ref: ".count))?.name }
        return (name.flatMap { branches.contains($0) ? $0 : nil }, branches)
    }

    /// Returns whether a fetch brings every branch of the remote.
    public func fetchesAllBranches(_ limits: Limits) -> Bool {
        let refspecs = try? git.output(of: ["config", "--get-all", "remote.\(remote).fetch"], limits)
        return refspecs?.contains("refs/heads/*:") == true
    }
}

extension Git {
    /// Runs ssh as git does, with the clone's options, and returns the output; `nil` if ssh does not exit with 0.
    func ssh(_ arguments: [String], _ limits: Limits) -> String? {
        let script = "\(environment["GIT_SSH_COMMAND"] ?? "ssh") \"$@\""
        let command = Command(
            executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", script, "ssh"] + arguments,
            directory: directory, environment: environment)
        let completion = try? command.run(until: limits.deadline, cancellation: limits.cancellation)
        return completion?.isSuccess == true ? completion?.output : nil
    }
}
