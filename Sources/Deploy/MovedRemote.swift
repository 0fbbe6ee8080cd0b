internal import Text

/// What a forge or git says about a repository that has moved: its new URL.
struct MovedRemote: Equatable {
    let url: String

    /// Finds the new URL in the output of git. Returns `nil` if the repository has not moved.
    ///
    /// A redirection to a login page is no move.
    init?(in output: String) {
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
        word.contains(#/^(https?|ssh|git|file):\/\//#) || word.contains(#/^\w[\w.-]*@[\w.-]+:[^\/]/#)
    }

    /// The commands that follow the move.
    static func remedy(_ url: String, _ remote: String, in path: String) -> Remedy {
        Remedy(
            .git(in: path, "remote", "set-url", remote, url).then(.git(in: path, "fetch", remote)),
            note: "if the site's file has repository, write the new name there too")
    }
}
