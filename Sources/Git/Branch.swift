/// A branch of a repository, such as `main` or `docs/next`.
public struct Branch: Hashable, Sendable, CustomStringConvertible {
    /// The name, without `refs/heads/`.
    public let name: String

    private static let prefix = "refs/heads/"

    /// The branch that `ref` names (`refs/heads/…`), or `nil` for a tag or a name that git would refuse
    /// (git-check-ref-format(1)) or take for an option.
    public init?(ref: some StringProtocol) {
        guard ref.hasPrefix(Self.prefix) else { return nil }
        self.init(name: ref.dropFirst(Self.prefix.count))
    }

    /// The branch `name`, or `nil` as for `init(ref:)`.
    public init?(name: some StringProtocol) {
        guard Self.isValid(name) else { return nil }
        self.name = String(name)
    }

    /// The full name, `refs/heads/…`.
    public var ref: String { Self.prefix + name }

    /// The name.
    public var description: String { name }

    private static func isValid(_ name: some StringProtocol) -> Bool {
        guard (1...200).contains(name.utf8.count), !name.hasPrefix("-"), !name.hasSuffix("."), name != "@",
            !name.contains(".."), !name.contains("@{"), name.unicodeScalars.allSatisfy(isAllowed)
        else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { component in
            !component.isEmpty && !component.hasPrefix(".") && !component.hasSuffix(".lock")
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\0"..." ", "\u{7f}", "~", "^", ":", "?", "*", "[", "\\": false
        default: true
        }
    }
}
