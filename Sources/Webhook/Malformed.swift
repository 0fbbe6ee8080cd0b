/// Why a delivery cannot be understood, in words its sender can act on.
public struct Malformed: Error, Equatable, Sendable {
    /// The words, in printable ASCII, with nothing of the delivery in them.
    public let reason: String

    /// A delivery that is malformed for this reason.
    public init(_ reason: String) {
        self.reason = reason
    }
}
