internal import Foundation

/// What came with a delivery where the secret itself should be. It never shows itself: it may be the secret.
public struct Token: Sendable, Equatable, CustomStringConvertible {
    let bytes: Data

    /// Always the same, so that a secret that strays into a log says nothing.
    public var description: String { "(token)" }
}
