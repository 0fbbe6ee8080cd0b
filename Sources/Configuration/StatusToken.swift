/// A token for the interface of a forge. The description is a constant, so that logs never contain a token.
public struct StatusToken: Sendable, Equatable, CustomStringConvertible {
    /// The token itself.
    public let text: String

    /// Always the same, so that logs never contain a token.
    public var description: String { "(token)" }
}
