import Configuration
import Git
import Text

/// A repository as a person names it: `alice/blog`, `codeberg.org/alice/blog`, a URL, or a path of this machine.
struct RepositoryAddress: Equatable {
    /// The URLs to try, in order: for a short name over https, and then over ssh with a deploy key.
    let urls: [String]
    /// The name at the forge, such as `alice/blog`; `nil` if the URL does not tell the owner.
    let repository: RepositoryName?

    /// The host of a short name without one.
    private static let defaultHost = "github.com"
    private static let schemes = ["http:", "https:", "ssh:", "git:", "file:"]

    /// Parses `text`.
    ///
    /// - Throws: what is wrong with `text`. No message contains a password or a token.
    init(_ text: String) throws(CommandError) {
        if let name = Self.shortName(text) {
            let (host, path) = name
            urls = ["https://\(host)/\(path).git", "git@\(host):\(path).git"]
            repository = RepositoryName(path)
            return
        }
        if let fault = RemoteText.fault(text) {
            let hint = fault.hint.hasPrefix("remote = ") ? Self.example : fault.hint
            throw CommandError(.usage, "the repository \(fault.fact)", hint: hint)
        }
        urls = [text]
        repository = Self.name(in: text)
    }

    private static var example: String {
        let command = "\(ServiceUnit.current.command) add"
        return "\(command) alice/blog, or \(command) https://example.org/alice/blog.git"
    }

    /// Splits `alice/blog` and `codeberg.org/alice/blog`. Returns `nil` for a URL or a path.
    private static func shortName(_ text: String) -> (host: String, path: String)? {
        guard text.utf8.allSatisfy(isOfShortName) else { return nil }
        let whole = text.hasSuffix(".git") ? String(text.dropLast(4)) : text
        var parts = whole.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasPrefix(".") }) else {
            return nil
        }
        guard parts.count > 2 else { return (defaultHost, parts.joined(separator: "/")) }
        let host = parts.removeFirst()
        return host.contains(".") ? (host, parts.joined(separator: "/")) : nil
    }

    private static func isOfShortName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }

    /// Returns the name at the forge. Bitbucket Data Center puts `scm/` before it in the path of its URLs.
    private static func name(in url: String) -> RepositoryName? {
        guard let name = RepositoryName(url: url), name.hasOwner else { return nil }
        let parts = name.description.split(separator: "/")
        guard RemoteURL(url).transport == .http, parts.count == 3, parts[0] == "scm" else {
            return RepositoryName(name.description)
        }
        return RepositoryName(parts.dropFirst().joined(separator: "/"))
    }

    /// The URL for people: the last one that was tried. Contains no password.
    var description: String { repository?.description ?? urls[0] }
}
