public import Foundation

/// The secrets of one hook: the one in use and, while it is being replaced, the one before it.
public struct Secrets: Sendable {
    /// Which of them proved a delivery.
    public enum Rank: Int, Sendable {
        /// The one in use.
        case current = 1
        /// The one that is being replaced.
        case previous = 2
    }

    /// The secret in use.
    public let current: Secret
    /// The one before it, which still proves.
    public let previous: Secret?

    /// The secret `current`, and `previous` while the forge may still sign with that.
    public init(_ current: Secret, previous: Secret? = nil) {
        self.current = current
        self.previous = previous
    }

    /// `body`, proven by either, and by which; `nil` if `signature` is neither's.
    public func prove(_ body: Data, by signature: Signature) -> (proven: Proven, by: Rank)? {
        if let proven = current.prove(body, by: signature) { return (proven, .current) }
        return previous?.prove(body, by: signature).map { ($0, .previous) }
    }
}
