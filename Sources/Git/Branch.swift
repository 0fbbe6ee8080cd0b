/// A branch of a repository, such as `main` or `docs/next`.
public struct Branch: Hashable, Sendable, CustomStringConvertible {
    /// The name, without `refs/heads/`.
    public let name: String

    private static let prefix = "refs/heads/"

    /// Creates the branch with the full name `ref` (`refs/heads/…`).
    ///
    /// Returns `nil` for a tag, for a name that git refuses (git-check-ref-format(1)) or takes for an option, and for a
    /// name of more than 200 bytes.
    public init?(ref: some StringProtocol) {
        guard ref.hasPrefix(Self.prefix) else { return nil }
        self.init(name: ref.dropFirst(Self.prefix.count))
    }

    /// Creates the branch `name`. Returns `nil` in the same cases as `init(ref:)`.
    public init?(name: some StringProtocol) {
        guard Self.isValid(name) else { return nil }
        self.name = String(name)
    }

    /// The full name, `refs/heads/…`.
    public var ref: String { Self.prefix + name }

    /// The name.
    public var description: String { name }

    private static func isValid(_ name: some StringProtocol) -> Bool {
        let bytes = Array(name.utf8)
        guard (1...200).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "."),
            name != "@", bytes.allSatisfy(isAllowed)
        else { return false }
        for (byte, next) in zip(bytes, bytes.dropFirst()) {
            if byte == UInt8(ascii: "."), next == UInt8(ascii: ".") { return false }
            if byte == UInt8(ascii: "@"), next == UInt8(ascii: "{") { return false }
        }
        return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { component in
            !component.isEmpty && component.first != UInt8(ascii: ".") && !component.ends(with: ".lock".utf8)
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7f, UInt8(ascii: "~"), UInt8(ascii: "^"), UInt8(ascii: ":"), UInt8(ascii: "?"),
            UInt8(ascii: "*"), UInt8(ascii: "["), UInt8(ascii: "\\"):
            false
        default: true
        }
    }
}

extension BidirectionalCollection where Element: Equatable {
    fileprivate func ends(with suffix: some BidirectionalCollection<Element>) -> Bool {
        reversed().starts(with: suffix.reversed())
    }
}
