internal import Processes
internal import Text

/// The repositories that the submodules of a site may come from: those that the administrator's remote implies, and those
/// that the administrator has listed.
///
/// Whoever can commit writes `.gitmodules`, and must not choose the host, the transport or a folder of this machine.
public struct SubmoduleSources: Sendable {
    /// The URL of the site's remote, as the administrator wrote it.
    let remote: String
    /// The listed URLs.
    let listed: [String]

    /// Creates the sources of a site.
    public init(remote: String, listed: [String]) {
        (self.remote, self.listed) = (remote, listed)
    }

    /// Returns the URL to fetch the submodule at `path` from.
    ///
    /// - Parameters:
    ///   - text: the URL in `.gitmodules`.
    ///   - parent: the URL of the repository with this `.gitmodules`.
    /// - Throws: `SubmoduleError` if the URL is neither implied nor listed.
    func url(_ text: String, ofSubmodule path: String, in parent: String) throws(SubmoduleError) -> String {
        if listed.contains(where: { $0.utf8.elementsEqual(text.utf8) }) { return text }
        guard Self.isPlain(text) else { throw .malformed(text, path) }
        guard text.hasPrefix("./") || text.hasPrefix("../") else {
            guard isImplied(text) else { throw refusal(text, path) }
            return text
        }
        guard let base = RepositoryLocation(parent) else { throw .unresolved(text, path) }
        guard let url = base.resolving(text) else { throw .unresolved(text, path) }
        guard listed.contains(url) || isImplied(url) || isSibling(url) else { throw refusal(url, path) }
        return url
    }

    /// Returns whether `url` has the transport, the user, the host and the port of the remote.
    private func isImplied(_ url: String) -> Bool {
        guard let location = RepositoryLocation(remote), !location.isLocal else { return false }
        return location.roots.contains { root in
            url.hasPrefix(root) && Self.isPath(url.dropFirst(root.count))
        }
    }

    /// Returns whether `url` is in the folder of the remote, a folder of this machine.
    private func isSibling(_ url: String) -> Bool {
        guard let location = RepositoryLocation(remote), location.isLocal, let folder = location.folder else {
            return false
        }
        return url.hasPrefix(folder) && Self.isPath(url.dropFirst(folder.count))
    }

    /// Returns whether git takes `text` for the path of a repository, and for nothing else.
    private static func isPath(_ text: Substring) -> Bool {
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        return !text.isEmpty && !text.hasPrefix("-") && !text.hasPrefix(":") && !text.contains("://")
            && !text.contains("::") && !text.contains("?") && !text.contains("#") && !text.contains("\\")
            && !components.contains("..") && !components.contains(".")
    }

    /// Returns whether `text` has only visible ASCII characters, and is no option and no command of a remote helper
    /// (gitremote-helpers(7)).
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("-") && text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
            && !text.contains("::")
    }

    private func refusal(_ url: String, _ path: String) -> SubmoduleError {
        let shown = url.redactingCredentials
        let message =
            "the submodule \(path.escapedForDisplay) comes from \(shown.escapedForDisplay), which the site's remote does "
            + "not imply and submodules does not list"
        guard shown == url, !url.contains("\""), !url.contains("\\") else {
            return SubmoduleError(message, hint: "correct the URL in .gitmodules")
        }
        let list = (listed + [url]).map { "\"\($0)\"" }.joined(separator: ", ")
        return SubmoduleError(
            message, hint: "if you trust the URL, write submodules = [\(list)] in the site's file")
    }
}

extension SubmoduleError {
    fileprivate static func malformed(_ text: String, _ path: String) -> SubmoduleError {
        SubmoduleError(
            "the submodule \(path.escapedForDisplay) has a URL that git may take for a command: "
                + text.escapedForDisplay, hint: "correct the URL in .gitmodules")
    }

    fileprivate static func unresolved(_ text: String, _ path: String) -> SubmoduleError {
        SubmoduleError(
            "the URL of the submodule \(path.escapedForDisplay) leads out of the remote's host: "
                + text.escapedForDisplay, hint: "correct the URL in .gitmodules")
    }
}
