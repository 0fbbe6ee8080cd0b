internal import Foundation
internal import Text

/// The public address of a site, such as `https://blog.example.com/`: the key `url`.
public struct SiteURL: Sendable, Hashable {
    /// Why a text is not the address of a site.
    enum Mistake: Error {
        /// The text has neither `http://` nor `https://` at its beginning.
        case scheme
        /// The text contains a user or a password.
        case credentials
        /// The text contains a query or a fragment.
        case query
        /// The host is missing, or the text contains characters that no URL has.
        case malformed
    }

    /// Whether the site uses TLS.
    public let isEncrypted: Bool
    /// The host: a name, an IPv4 address, or an IPv6 address in brackets.
    public let host: String
    /// The port; `nil` for the port of the scheme, 80 or 443.
    public let port: Int?
    /// The path, which begins with a slash.
    public let path: String

    /// Parses `text` (RFC 3986).
    init(parsing text: String) throws(Mistake) {
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard ["http", "https"].contains(scheme), text.dropFirst(scheme.count).hasPrefix("://") else {
            throw .scheme
        }
        isEncrypted = scheme == "https"
        let rest = text.dropFirst(scheme.count + 3)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { throw .credentials }
        guard !rest.contains(where: { "?#".contains($0) }) else { throw .query }
        let path = rest.dropFirst(authority.count)
        let unsafe = #""<>\^`{|}"#
        guard path.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), !path.contains(where: unsafe.contains) else {
            throw .malformed
        }
        self.path = path.isEmpty ? "/" : String(path)
        guard let (host, port) = Self.hostAndPort(authority) else { throw .malformed }
        (self.host, self.port) = (host.lowercased(), port)
    }

    /// Creates the address `text`; `nil` if `text` is not the address of a site.
    public init?(_ text: String) {
        do throws(Mistake) {
            self = try SiteURL(parsing: text)
        } catch {
            return nil
        }
    }

    /// The address without the path, such as `https://blog.example.com:8443`.
    public var origin: String { "\(isEncrypted ? "https" : "http")://\(host)\(port.map { ":\($0)" } ?? "")" }

    private static func hostAndPort(_ authority: Substring) -> (host: Substring, port: Int?)? {
        let end = authority.hasPrefix("[") ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
        let host = end.map { authority[..<$0] } ?? authority.prefix { $0 != ":" }
        guard isHost(host) else { return nil }
        let port = authority.dropFirst(host.count)
        // RFC 3986 §3.2.3: an empty port is the port of the scheme.
        if port.isEmpty || port == ":" { return (host, nil) }
        let digits = port.dropFirst()
        guard port.hasPrefix(":"), digits.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(digits),
            (1...65_535).contains(number)
        else { return nil }
        return (host, number)
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("[") {
            var address = in6_addr()
            return inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        // A name may end in a dot.
        let named = labels.last == "" ? labels.dropLast() : labels[...]
        return host.utf8.count <= 253 && !named.isEmpty
            && named.allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy(isOfName)
            }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension Section {
    /// Returns the address at `url`; `nil` without the key or after an error. No message contains a password.
    func url(_ diagnostics: inout Diagnostics) -> SiteURL? {
        guard let text = text(.url, &diagnostics) else { return nil }
        do {
            return try SiteURL(parsing: text)
        } catch {
            let shown = text.escapedForDisplay
            let (fact, hint): (String, String) =
                switch error {
                case .scheme: ("has no http:// or https:// at its beginning: \(shown)", Self.hint(named: text))
                case .credentials: ("contains a user or a password", Key.url.line)
                case .query: ("contains a query or a fragment: \(shown)", Self.hint(beforeQueryOf: text))
                case .malformed: ("is not the address of a site: \(shown)", Key.url.line)
                }
            refuse(.url, text, "url \(fact)", hint: hint, &diagnostics)
            return nil
        }
    }

    /// Returns the line that was meant by a host without a scheme, such as `blog.example.com`.
    private static func hint(named text: String) -> String {
        text.contains(":/") ? Key.url.line : line("https://\(text)") ?? Key.url.line
    }

    private static func hint(beforeQueryOf text: String) -> String {
        line(String(text.prefix { !"?#".contains($0) })) ?? Key.url.line
    }

    private static func line(_ text: String) -> String? {
        SiteURL(text).map { "url = \"\($0.origin)\($0.path)\"" }
    }
}
