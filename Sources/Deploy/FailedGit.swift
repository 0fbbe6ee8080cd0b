internal import Foundation
internal import Git
internal import Processes
internal import Text

/// A failed git command and its clone, for the explanation of the failure.
struct FailedGit: Sendable {
    let error: GitError
    /// The folder of the clone.
    let path: String
    /// The clone; `nil` if it could not be opened.
    let clone: (any Repository)?
    /// The URL of the remote as ssh resolves it; `nil` if ssh was not asked.
    private let resolvedURL: RemoteURL?

    /// How long the questions for an explanation may take.
    static var limits: Limits { .within(.seconds(10)) }

    init(_ error: GitError, in path: String, _ clone: (any Repository)?, resolvedURL: RemoteURL? = nil) {
        self.error = error
        self.path = path
        self.clone = clone
        self.resolvedURL = resolvedURL
    }

    /// The URL of the remote, if the command reaches the remote. Costs a process.
    var url: RemoteURL? {
        let isRemote = ["pull", "fetch", "ls-remote", "clone"].contains(where: error.arguments.contains)
        return resolvedURL ?? (isRemote ? clone?.remoteURL(Self.limits) : nil)
    }

    /// The name of the remote in the clone.
    var remote: String { clone?.remote ?? "origin" }

    /// The host and the port, as a person writes them in a sentence.
    var place: String {
        guard let url, !url.host.isEmpty else { return "the remote" }
        return url.port.map { "\(url.host), port \($0)" } ?? url.host
    }

    /// The name of the repository at the forge, in words.
    var repository: String {
        guard let url, !url.repository.isEmpty else { return "the repository" }
        return url.repository
    }

    /// Returns `git -C PATH words…`, run by the user who deploys.
    func git(_ words: String...) -> ShellCommand { .service(words: ["git", "-C", path] + words) }

    /// Shows whether the remote answers, and what it says.
    var ask: ShellCommand { git("ls-remote", remote, "HEAD") }

    /// Returns the text between the first quotation marks of the first line that has `words`.
    func quoted(after words: String, mark: Character = "\"") -> String? {
        let line = error.lines.first { $0.contains(words) }
        let parts = line?.split(separator: mark, maxSplits: 2, omittingEmptySubsequences: false) ?? []
        return parts.count == 3 ? String(parts[1]) : nil
    }
}
