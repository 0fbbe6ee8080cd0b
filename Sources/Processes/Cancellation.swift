internal import Synchronization

/// Word to every command that was given it that it should end now. Once said, it stays said.
public final class Cancellation: Sendable {
    private let pipe = CloseOnExecPipe()
    /// Known at once, while a process that is just being started may hold the pipe open for a moment.
    private let isSaid = Atomic(false)

    /// One that nobody has spoken yet.
    public init() {}

    /// Ends the commands that run, with their process groups, and those still to be started.
    public func cancel() {
        isSaid.store(true, ordering: .sequentiallyConsistent)
        pipe.closeWriting()
    }

    /// Whether it has been said.
    public var isCancelled: Bool { isSaid.load(ordering: .sequentiallyConsistent) }

    /// A descriptor that polls as hung up once it has been said.
    var descriptor: Int32 { pipe.reading }
}
