import Foundation
import Git
import Processes
import Text

/// The host keys that Bellpull's ssh trusts, in addition to those in the `known_hosts` of its user and of the system: the file
/// `known_hosts` in the state folder (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
///
/// No key is ever trusted on first use. A key is either one that the forge publishes, and was compiled in, or one whose
/// fingerprint a person has given.
struct KnownHosts {
    /// The path of the file.
    let path: String

    init(in state: StateDirectory) { path = "\(state.path)/known_hosts" }

    /// The forges' keys. Sources, each with the fingerprint that `ssh-keygen -lf` prints for the key:
    /// - github.com: api.github.com/meta, and docs.github.com "GitHub's SSH key fingerprints":
    ///   SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU
    /// - gitlab.com: docs.gitlab.com, "GitLab.com settings", "SSH host keys fingerprints":
    ///   SHA256:eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8
    /// - bitbucket.org: support.atlassian.com, "Configure SSH and two-step verification":
    ///   SHA256:ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM
    /// - codeberg.org: docs.codeberg.org, "SSH fingerprints": SHA256:mIlxA9k46MmM6qdJOdMnAQpzGxF4WIVVL+fj+wZbw0g
    static let published = [
        "github.com": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        "gitlab.com": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf",
        "bitbucket.org": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIazEu89wgQZ4bqs3d63QSMzYVa0MuJ2e2gKTKqu+UUO",
        "codeberg.org": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIVIC02vnjFyL+I4RHfvIGNtOgJMe769VTF1VR4EB3ZB",
    ]

    /// A key that a host shows.
    struct ShownKey: Equatable {
        /// The line for the file.
        let line: String
        /// The fingerprint, such as `SHA256:+DiY3w…`.
        let fingerprint: String
        /// The type, such as `ED25519`.
        let type: String
    }

    /// Trusts the key that the forge of `url` publishes, if the forge is known.
    func addPublishedKey(for url: RemoteURL) throws {
        guard url.port == nil, let key = Self.published[url.host.lowercased()] else { return }
        try add("\(url.host.lowercased()) \(key)")
    }

    /// Adds `line`, unless the file has it.
    func add(_ line: String) throws {
        let old = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        guard !old.split(separator: "\n").contains(Substring(line)) else { return }
        let text = old.isEmpty || old.hasSuffix("\n") ? old : old + "\n"
        try NewFile(path, mode: 0o644).replace(with: "\(text)\(line)\n")
    }

    /// Asks the host of `url` for its keys. Asking proves nothing: somebody on the way may answer.
    func ask(_ url: RemoteURL, _ limits: Limits) throws -> [ShownKey] {
        let port = url.port.map { ["-p", "\($0)"] } ?? []
        let scan = try Self.run("ssh-keyscan", ["-T", "10"] + port + ["--", url.host], limits)
        let lines = scan.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
        return try lines.compactMap { line in
            let draft = "\(path).\(getpid()).scan"
            defer { unlink(draft) }
            try NewFile(draft, mode: 0o600).replace(with: "\(line)\n")
            let words = try Self.run("ssh-keygen", ["-lf", draft], limits).split(separator: " ")
            guard words.count >= 3 else { return nil }
            let type = words.last.map { String($0.filter { $0.isLetter || $0.isNumber || $0 == "-" }) } ?? ""
            return ShownKey(
                line: line, fingerprint: String(words[1]), type: type.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private static func run(_ name: String, _ arguments: [String], _ limits: Limits) throws -> String {
        guard let program = Program(name, ProcessInfo.processInfo.environment) else {
            throw CommandError(.failure, "\(name) is not installed", hint: "apt-get install openssh-client")
        }
        return try program.command(arguments).run(until: limits.deadline, cancellation: limits.cancellation).output
    }
}
