/// The references that a site follows: a branch, a tag, or a pattern of branches or tags.
///
/// In a pattern `*` matches any number of characters except `/` (gitglossary(7), "pathspec"): `release/*` matches
/// `release/1.2`, but not `release/1/2`. If several references match, the site follows the highest version.
public struct RefPattern: Hashable, Sendable, CustomStringConvertible {
    /// The kinds of reference.
    public enum Kind: Sendable {
        /// Branches, `refs/heads/…`.
        case branch
        /// Tags, `refs/tags/…`.
        case tag
    }

    /// Branches or tags.
    public let kind: Kind
    /// The name or the pattern, without `refs/heads/` or `refs/tags/`.
    public let description: String

    private let isPattern: Bool

    /// Creates a branch or a pattern of branches, such as `main` or `release/*`. Returns `nil` if git refuses the name.
    public init?(branch text: String) { self.init(text, .branch) }

    /// Creates a tag or a pattern of tags, such as `v*`. Returns `nil` if git refuses the name.
    public init?(tag text: String) { self.init(text, .tag) }

    /// Creates the pattern for exactly `branch`.
    public init(_ branch: Branch) {
        kind = .branch
        description = branch.name
        isPattern = false
    }

    private init?(_ text: String, _ kind: Kind) {
        // A pattern is valid if the name with an x for each star is valid.
        isPattern = text.utf8.contains(UInt8(ascii: "*"))
        guard Branch(name: isPattern ? text.replacing("*", with: "x") : text) != nil else { return nil }
        self.kind = kind
        description = text
    }

    /// The followed branch, or `nil` for a tag or a pattern.
    public var branch: Branch? { kind == .branch ? Branch(name: description) : nil }

    /// The name or the pattern with its prefix, as `git ls-remote` takes it.
    public var ref: String { prefix + description }

    /// Returns whether the site follows `ref`, a full name such as `refs/tags/v1.2`.
    public func matches(_ ref: String) -> Bool {
        guard ref.utf8.starts(with: prefix.utf8) else { return false }
        // Most sites follow one branch, and every push is compared.
        guard isPattern else { return ref.utf8.dropFirst(prefix.utf8.count).elementsEqual(description.utf8) }
        return Self.glob(Array(description.utf8)[...], Array(ref.utf8.dropFirst(prefix.utf8.count))[...])
    }

    private var prefix: String {
        switch kind {
        case .branch: "refs/heads/"
        case .tag: "refs/tags/"
        }
    }

    /// Compares from the left. At a mismatch the last star takes one more character. For every pattern, the number of
    /// comparisons is at most the product of the two lengths.
    private static func glob(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        var (rest, left) = (pattern, text)
        var retry: (pattern: ArraySlice<UInt8>, text: ArraySlice<UInt8>)?
        while !left.isEmpty || !rest.isEmpty {
            if rest.first == UInt8(ascii: "*") {
                rest = rest.dropFirst()
                retry = (rest, left)
            } else if let next = left.first, next == rest.first {
                (rest, left) = (rest.dropFirst(), left.dropFirst())
            } else if let last = retry, let next = last.text.first, next != UInt8(ascii: "/") {
                retry = (last.pattern, last.text.dropFirst())
                (rest, left) = (last.pattern, last.text.dropFirst())
            } else {
                return false
            }
        }
        return true
    }
}
