/// The pipes between a command and its supervisor.
final class CommandStreams: Sendable {
    let output = CloseOnExecPipe()
    let errors = CloseOnExecPipe()
    /// Closed when the command's process has ended.
    let exit = CloseOnExecPipe()
}
