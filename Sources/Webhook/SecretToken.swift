internal import Foundation

/// A token that a forge sends instead of a signature, and that should equal the secret. The description is a constant,
/// because the token may be the secret.
public struct SecretToken: Sendable, Equatable, CustomStringConvertible {
    let bytes: Data

    /// Always the same, so that logs never contain a secret.
    public var description: String { "(token)" }
}
