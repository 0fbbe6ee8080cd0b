internal import Foundation

/// The interface of a forge for the statuses of commits.
public struct StatusAPI: Sendable {
    /// A request to a forge, sent with POST.
    public struct Request: Sendable {
        /// The address.
        public let url: String
        /// The headers, among them the token.
        public let headers: [(name: String, value: String)]
        /// The body: one line of JSON.
        public let body: String
    }

    /// The forges with such an interface. Gogs has none, and Bitbucket Data Center has another.
    private enum Dialect {
        case github, gitea, gitlab, bitbucket
    }

    private let dialect: Dialect
    /// The address of the interface, without a slash at its end.
    public let base: String

    /// Creates the interface of `forge`; `nil` if the forge has no statuses.
    ///
    /// - Parameters:
    ///   - host: the host of the remote, with its port if the remote is reached by HTTP; `nil` if unknown.
    ///   - base: the address of the interface; `nil` for the usual address of the forge at `host`.
    public init?(_ forge: ForgeName, host: String?, base: String? = nil) {
        guard let dialect = Self.dialect(forge) else { return nil }
        let usual = host.map { Self.base(dialect, $0) }
        guard let base = base ?? usual else { return nil }
        self.dialect = dialect
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    }

    /// Whether `forge` has an interface that Bellpull knows.
    public static func knows(_ forge: ForgeName) -> Bool { dialect(forge) != nil }

    private static func dialect(_ forge: ForgeName) -> Dialect? {
        switch forge {
        case .github: .github
        case .gitea, .forgejo: .gitea
        case .gitlab: .gitlab
        case .bitbucket: .bitbucket
        case .gogs, .bitbucketServer: nil
        }
    }

    private static func base(_ dialect: Dialect, _ host: String) -> String {
        switch dialect {
        case .github: host.lowercased() == "github.com" ? "https://api.github.com" : "https://\(host)/api/v3"
        case .gitea: "https://\(host)/api/v1"
        case .gitlab: "https://\(host)/api/v4"
        case .bitbucket: "https://api.bitbucket.org/2.0"
        }
    }

    /// Returns the request that sets `status` for `commit`.
    ///
    /// - Parameters:
    ///   - repository: the repository as the forge writes it, such as `alice/blog`.
    ///   - context: tells the status from the statuses of other programs, such as `bellpull/blog`.
    ///   - token: the token, or for Bitbucket also `USER:PASSWORD`.
    public func request(
        _ status: CommitStatus, of commit: String, in repository: String, context: String, token: String
    ) -> Request {
        Request(
            url: "\(base)/\(path(repository, commit))", headers: headers(token),
            body: Self.json(members(status, commit: commit, repository: repository, context: context)))
    }

    private func path(_ repository: String, _ commit: String) -> String {
        // A dot alone would lead to another part of the interface.
        let names = repository.split(separator: "/").filter { $0 != "." && $0 != ".." }.map(Self.escaped)
        let path = names.joined(separator: "/")
        return switch dialect {
        case .github, .gitea: "repos/\(path)/statuses/\(commit)"
        case .gitlab: "projects/\(names.joined(separator: "%2F"))/statuses/\(commit)"
        case .bitbucket: "repositories/\(path)/commit/\(commit)/statuses/build"
        }
    }

    private func headers(_ token: String) -> [(name: String, value: String)] {
        let authentication: (String, String) =
            switch dialect {
            case .github: ("Authorization", "Bearer \(token)")
            case .gitea: ("Authorization", "token \(token)")
            case .gitlab: ("PRIVATE-TOKEN", token)
            case .bitbucket:
                token.contains(":")
                    ? ("Authorization", "Basic \(Data(token.utf8).base64EncodedString())")
                    : ("Authorization", "Bearer \(token)")
            }
        let form: [(String, String)] =
            dialect == .github
            ? [("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")]
            : [("Accept", "application/json")]
        return [("Content-Type", "application/json"), ("User-Agent", "Bellpull")] + form + [authentication]
    }

    private func members(
        _ status: CommitStatus, commit: String, repository: String, context: String
    ) -> [String: String] {
        var members = ["state": word(for: status.state), "description": Self.line(status.description, limit: limit)]
        switch dialect {
        case .github, .gitea:
            members["context"] = context
            members["target_url"] = status.link
        case .gitlab:
            members["name"] = context
            members["target_url"] = status.link
        case .bitbucket:
            members["key"] = Self.key(context)
            members["name"] = context
            // Bitbucket needs an address.
            members["url"] = status.link ?? "https://bitbucket.org/\(repository)/commits/\(commit)"
        }
        return members
    }

    private func word(for state: CommitStatus.State) -> String {
        switch (dialect, state) {
        case (.github, .stopped), (.gitea, .stopped): "error"
        case (.github, _), (.gitea, _): state.rawValue
        case (.gitlab, .failure): "failed"
        case (.gitlab, .stopped): "canceled"
        case (.gitlab, .pending): "running"
        case (.gitlab, .success): "success"
        case (.bitbucket, .pending): "INPROGRESS"
        case (.bitbucket, .success): "SUCCESSFUL"
        case (.bitbucket, .failure): "FAILED"
        case (.bitbucket, .stopped): "STOPPED"
        }
    }

    /// The longest description that the forge takes, in characters.
    private var limit: Int { dialect == .github ? 140 : 255 }

    /// Returns the first line of `text` without control characters and invisible ones, such as those that change the direction of
    /// writing, cut to `limit` characters.
    public static func line(_ text: String, limit: Int) -> String {
        let first = text.unicodeScalars.drop { $0.isLineEnd }.prefix { !$0.isLineEnd }
        let visible = first.map { [.control, .format].contains($0.properties.generalCategory) ? " " : $0 }
        guard visible.count > limit else { return String(String.UnicodeScalarView(visible)) }
        return String(String.UnicodeScalarView(visible.prefix(limit - 1))) + "…"
    }

    /// Returns `context`, or for a long one the beginning and a digest: Bitbucket's keys have at most 40 characters.
    private static func key(_ context: String) -> String {
        guard context.utf8.count > 40 else { return context }
        let digest = Hexadecimal.text(Array(SHA256.digest(of: Data(context.utf8)).prefix(6)))
        return "\(context.prefix(27))-\(digest)"
    }

    private static func escaped(_ name: Substring) -> String {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + Hexadecimal.text([byte]).uppercased()
            }
        }.joined()
    }

    private static func json(_ members: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings can always be encoded.
        return String(decoding: (try? encoder.encode(members)) ?? Data(), as: UTF8.self)
    }
}

extension ForgeName {
    /// Returns the forge at `host`, as far as the name of the host tells; `nil` for an unknown host.
    public init?(host: String) {
        let host = host.lowercased().prefix { $0 != ":" }
        switch host {
        case "github.com": self = .github
        case "gitlab.com": self = .gitlab
        case "bitbucket.org": self = .bitbucket
        case "codeberg.org": self = .forgejo
        case "gitea.com": self = .gitea
        default:
            let first = String(host.prefix { $0 != "." })
            guard host.contains("."), let forge = ForgeName(rawValue: first), StatusAPI.knows(forge) else { return nil }
            self = forge
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isLineEnd: Bool { ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(self) }
}
