/// The pipes between a command and its supervision.
final class CommandStreams: Sendable {
    let output = CloseOnExecPipe()
    let errors = CloseOnExecPipe()
    /// Closed by Foundation's handler after the process has exited.
    let exit = CloseOnExecPipe()
}
