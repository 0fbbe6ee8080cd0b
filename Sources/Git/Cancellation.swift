internal import Foundation

/// Word to every command that was given it that it should end now. Once said, it stays said.
public final class Cancellation: Sendable {
    private let pipe = CloseOnExecPipe()

    /// One that nobody has spoken yet.
    public init() {}

    /// Ends the commands that run, with their process groups, and those still to be started.
    public func cancel() { pipe.closeWriting() }

    /// Whether it has been said.
    public var isCancelled: Bool { pipe.isAtEnd }

    /// A descriptor that polls as hung up once it has been said.
    var descriptor: Int32 { pipe.reading }
}
