import Git
import Processes
import Text

/// A way to read a repository, which was tried.
struct RemoteAccess {
    /// The URL for the clone.
    let url: String
    /// The command for ssh, for the clone's configuration; `nil` without ssh.
    let sshCommand: String?
    /// The deploy key that the remote accepts; `nil` without one.
    let key: DeployKey?
    /// What the remote shows.
    let listing: RemoteListing

    /// The remote does not show the repository to the deploy key yet. The key stays for the next run.
    struct MissingKey: Error {
        let url: String
        let key: DeployKey
        /// What the remote said.
        let problem: String
    }

    /// How long one question may take.
    private static let time = Duration.seconds(60)
}

extension RemoteAccess {
    /// Finds a way to read `address`. Makes a deploy key if the remote wants one. Runs with the rights of the user who deploys.
    ///
    /// - Parameters:
    ///   - hostKey: the fingerprint of the host's key, if a person has compared it.
    /// - Throws: `MissingKey`, or `CommandError` with the reason and the remedy.
    init(
        to address: RepositoryAddress, _ state: StateDirectory, hostKey: String?, _ cancellation: Cancellation
    ) throws {
        for (index, url) in address.urls.enumerated() {
            let attempt = Attempt(url: url, name: address.description, state: state, hostKey: hostKey, cancellation)
            do {
                self = try attempt.access()
                return
            } catch let problem as RemoteProblem where problem.mayNeedKey && index + 1 < address.urls.count {
                continue
            } catch let problem as RemoteProblem {
                let explanation = problem.explanation(of: address.description)
                throw CommandError(.failure, [explanation])
            }
        }
        throw CommandError(.failure, "\(address.description) cannot be read")
    }

    /// One URL.
    private struct Attempt {
        let url: String
        let name: String
        let state: StateDirectory
        let hostKey: String?
        let cancellation: Cancellation
        private var hosts: KnownHosts { KnownHosts(in: state) }
        private var remote: RemoteURL { RemoteURL(url) }
        private var limits: Limits { .within(RemoteAccess.time, cancellation: cancellation) }

        init(url: String, name: String, state: StateDirectory, hostKey: String?, _ cancellation: Cancellation) {
            (self.url, self.name, self.state) = (url, name, state)
            (self.hostKey, self.cancellation) = (hostKey, cancellation)
        }

        func access() throws -> RemoteAccess {
            guard remote.transport == .ssh else {
                return RemoteAccess(url: url, sshCommand: nil, key: nil, listing: try list(with: nil))
            }
            try hosts.addPublishedKey(for: remote)
            if let hostKey { try trust(hostKey) }
            if let key = DeployKey(of: url, in: state) { return try access(with: key) }
            do {
                let command = SSHCommand(hosts, key: nil).text
                return RemoteAccess(url: url, sshCommand: command, key: nil, listing: try list(with: command))
            } catch let problem as RemoteProblem where problem.mayNeedKey {
                return try access(with: try DeployKey.create(of: url, in: state, limits))
            }
        }

        private func access(with key: DeployKey) throws -> RemoteAccess {
            let command = SSHCommand(hosts, key: key).text
            do {
                return RemoteAccess(url: url, sshCommand: command, key: key, listing: try list(with: command))
            } catch let problem as RemoteProblem where problem.mayNeedKey {
                throw MissingKey(url: url, key: key, problem: problem.explanation(of: name).message)
            }
        }

        private func list(with sshCommand: String?) throws -> RemoteListing {
            do {
                return try Git(in: "/", sshCommand: sshCommand).listing(of: url, limits)
            } catch {
                guard error.termination != .cancelled else { throw CommandError.interrupted }
                guard error.termination != nil else {
                    throw CommandError(.failure, "\(error)", hint: "apt-get install git")
                }
                let problem = RemoteProblem(error, url: url)
                guard problem.kind == .hostKeyUnknown else { throw problem }
                throw try unknownHost(problem)
            }
        }

        /// Trusts the key of the host with this fingerprint.
        private func trust(_ fingerprint: String) throws {
            let shown = try hosts.ask(remote, limits)
            let wanted = fingerprint.hasPrefix("SHA256:") ? fingerprint : "SHA256:\(fingerprint)"
            guard let key = shown.first(where: { $0.fingerprint == wanted }) else {
                let others = shown.map { "\($0.fingerprint) (\($0.type))" }.joined(separator: ", ")
                throw CommandError(
                    .failure,
                    "\(remote.host.escapedForDisplay) has no key with the fingerprint \(wanted.escapedForDisplay)",
                    hint: shown.isEmpty
                        ? "it shows no key at all: ssh-keyscan \(remote.host.quotedForShell)"
                        : "it shows \(others); compare with the keys that the forge publishes")
            }
            try hosts.add(key.line)
        }

        /// The error that tells how to trust the host.
        private func unknownHost(_ problem: RemoteProblem) throws -> CommandError {
            let shown = try hosts.ask(remote, limits)
            let best = shown.first { $0.type == "ED25519" } ?? shown.first
            guard let best else {
                return CommandError(.failure, [problem.explanation(of: name)])
            }
            let list = shown.map { "\($0.fingerprint) (\($0.type))" }.joined(separator: ", ")
            return CommandError(
                .failure, "the host key of \(remote.host.escapedForDisplay) is unknown; it shows \(list)",
                hint: "only if the forge publishes this fingerprint: add --host-key \(best.fingerprint) to the command")
        }
    }
}

extension CommandError {
    /// The error after Ctrl-C or SIGTERM.
    static let interrupted = CommandError(.failure, "interrupted; nothing was changed")
}
