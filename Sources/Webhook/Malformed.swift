/// The error that a delivery is malformed.
public struct Malformed: Error, Equatable, Sendable {
    /// The reason, in printable ASCII and without any text from the delivery. The sender sees the reason.
    public let reason: String

    /// Creates an error.
    public init(_ reason: String) {
        self.reason = reason
    }
}
