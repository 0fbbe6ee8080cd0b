/// Which references of a repository a site follows: one branch, or those that a pattern matches.
///
/// In a pattern `*` stands for any number of characters but `/` (gitglossary(7), "pathspec"), `release/*` for
/// `release/1.2` and not for `release/1/2`. Of several references that match, the site follows the one of the highest
/// version.
public struct RefPattern: Hashable, Sendable, CustomStringConvertible {
    /// What kind of reference is followed.
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

    /// The branch or the pattern of branches `text`, such as `main` or `release/*`; `nil` if no branch could be called so.
    public init?(branch text: String) { self.init(text, .branch) }

    /// The tag or the pattern of tags `text`, such as `v*`; `nil` if no tag could be called so.
    public init?(tag text: String) { self.init(text, .tag) }

    /// Exactly this branch.
    public init(_ branch: Branch) {
        kind = .branch
        description = branch.name
        isPattern = false
    }

    private init?(_ text: String, _ kind: Kind) {
        // What is a good name with an x for each star is a good pattern.
        isPattern = text.utf8.contains(UInt8(ascii: "*"))
        guard Branch(name: isPattern ? text.replacing("*", with: "x") : text) != nil else { return nil }
        self.kind = kind
        description = text
    }

    /// The one branch that is followed, or `nil` if it is a tag or a pattern.
    public var branch: Branch? { kind == .branch ? Branch(name: description) : nil }

    /// The pattern with its prefix, as `git ls-remote` takes it.
    public var ref: String { prefix + description }

    /// Whether `ref`, a full name such as `refs/tags/v1.2`, is followed.
    public func matches(_ ref: String) -> Bool {
        guard ref.utf8.starts(with: prefix.utf8) else { return false }
        // The usual case, at every push.
        guard isPattern else { return ref.utf8.dropFirst(prefix.utf8.count).elementsEqual(description.utf8) }
        return Self.glob(Array(description.utf8)[...], Array(ref.utf8.dropFirst(prefix.utf8.count))[...])
    }

    private var prefix: String {
        switch kind {
        case .branch: "refs/heads/"
        case .tag: "refs/tags/"
        }
    }

    /// Matches from the left, and at a mismatch lets the last star take one character more: no more than the product of
    /// the lengths, whatever the pattern.
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
