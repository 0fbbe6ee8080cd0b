internal import Git
internal import Text

/// The new URL of a repository that has moved, as a forge or git tells it.
struct MovedRemote: Equatable {
    let url: String

    /// Finds the new URL in the output of git. Returns `nil` if the repository has not moved.
    ///
    /// A redirection to a login page is no move.
    init?(in output: String) {
        // Most output has neither line, and need not be split into characters.
        guard
            output.utf8.split(whereSeparator: { $0 == 10 || $0 == 13 }).contains(where: { line in
                line.starts(with: "warning: redirecting to ".utf8) || line.starts(with: "remote: ".utf8)
            })
        else { return nil }
        let lines = output.split(whereSeparator: \.isNewline)
        guard let line = lines.firstIndex(where: { Self.tells($0) }) else { return nil }
        let following = lines[line...].flatMap { $0.split(separator: " ") }
        guard let found = following.first(where: Self.isURL) else { return nil }
        var url = String(found).replacing("***@", with: "")
        while url.hasSuffix("/") { url.removeLast() }
        self.url = url
    }

    private static func tells(_ line: Substring) -> Bool {
        if line.hasPrefix("warning: redirecting to ") {
            return !["sign_in", "signin", "login", "auth"].contains { line.contains($0) }
        }
        return line.hasPrefix("remote: ") && (line.contains("This repository moved") || line.contains("was moved to"))
    }

    private static func isURL(_ word: Substring) -> Bool {
        word.contains(#/^(https?|ssh):\/\//#) || word.contains(#/^\w[\w.-]*@[\w.-]+:[^\/]/#)
    }

    /// The command that sets the new URL, and another that must work afterwards. Only words if the new URL is on another
    /// host: whoever can commit can put a line into git's output, and must not choose the host.
    ///
    /// - Parameters:
    ///   - current: the URL of the remote in the clone.
    ///   - resolved: the same URL with the host that ssh connects to.
    func remedy(_ remote: String, at current: RemoteURL?, resolved: RemoteURL?, in path: String) -> Remedy {
        guard let current, let url = newURL(at: current, resolved) else {
            return Remedy(note: "ask the owner of the repository whether it moved to \(url); if so, git remote set-url")
        }
        return Remedy(
            .git(in: path, "remote", "set-url", remote, url).then(.git(in: path, "fetch", remote)),
            note: "if the site's file has repository, write the new name there too")
    }

    private func newURL(at current: RemoteURL, _ resolved: RemoteURL?) -> String? {
        let moved = RemoteURL(url)
        guard !moved.host.isEmpty else { return nil }
        if moved.host == current.host { return url }
        // The alias of a host in ssh_config(5) also tells ssh which key to offer.
        guard current.transport == .ssh, moved.host == resolved?.host else { return nil }
        return "ssh://\(current.destination)\(current.port.map { ":\($0)" } ?? "")/\(moved.path)"
    }
}
