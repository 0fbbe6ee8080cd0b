internal import Git
internal import Text

/// The value of the key `remote`: a URL that git may use (see `GitEnvironment`), or an absolute path.
struct RemoteSetting {
    let text: String

    /// The schemes of URLs. `git:` is missing: it neither authenticates nor encrypts, and forges no longer offer it.
    private static let schemes = ["ssh", "https", "http", "file"]

    /// Reads `remote` of `section`; `nil` without the key or after an error.
    init?(_ section: Section, _ diagnostics: inout Diagnostics) {
        guard let text = section.text(.remote, &diagnostics) else { return nil }
        if let fault = Self.fault(text) {
            section.refuse(.remote, text, "remote \(fault.fact)", hint: fault.hint, &diagnostics)
            return nil
        }
        self.text = text
    }

    typealias Fault = (fact: String, hint: String)

    /// Returns what is wrong with the URL or path `text`, or `nil`.
    static func fault(_ text: String) -> Fault? {
        // First of all: other messages show the value.
        if hasPassword(text) {
            return (
                "contains a password",
                "remove the password; let ssh use a key, or git a credential helper (gitcredentials(7))"
            )
        }
        let shown = text.escapedForDisplay
        if SitePath.hasInvisibleCharacters(text) { return ("contains invisible characters: \(shown)", Key.remote.line) }
        if text.hasPrefix("-") { return ("starts with a hyphen: \(shown)", Key.remote.line) }
        if namesHelper(text) { return ("names a program for git to run: \(shown)", Key.remote.line) }
        guard !text.hasPrefix("/") else { return nil }
        if let scheme = text.firstRange(of: "://"), !schemes.contains(String(text[..<scheme.lowerBound])) {
            return (
                "has a scheme other than \(schemes.joined(separator: ", ")): \(shown)", Key.remote.line
            )
        }
        guard isComplete(text) else {
            return ("is neither a URL of a repository nor an absolute path: \(shown)", Key.remote.line)
        }
        return nil
    }

    /// Returns whether `text` has a colon before the `@` of its host, as in `https://alice:password@host/`.
    private static func hasPassword(_ text: String) -> Bool {
        let rest = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
        let authority = rest.utf8.prefix { $0 != UInt8(ascii: "/") }
        guard !text.hasPrefix("/"), let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return false }
        return authority[..<at].contains(UInt8(ascii: ":"))
    }

    /// Returns whether git would run a remote helper, as for `ext::sh -c …` (gitremote-helpers(7)).
    private static func namesHelper(_ text: String) -> Bool {
        let scheme = text.utf8.prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return text.utf8[scheme.endIndex...].starts(with: "::".utf8)
    }

    /// Returns whether the URL `text` has a host, if its scheme has hosts, and a path.
    private static func isComplete(_ text: String) -> Bool {
        let url = RemoteURL(text)
        guard RepositoryName(url: text) != nil, !url.path.isEmpty, !url.path.hasPrefix("-") else { return false }
        switch url.transport {
        case .ssh, .http: return !url.host.isEmpty && !url.host.hasPrefix("-") && !url.destination.hasPrefix("-")
        case .local: return text.hasPrefix("file:///")
        case .other: return false
        }
    }
}
