/// Answers requests. The protocol has one method, so that tests need no socket.
public protocol Responder: Sendable {
    /// Answers `request` through `exchange`, now or later. Runs on a thread that reads requests: the next
    /// request is read when this function returns.
    func respond(to request: Request, through exchange: Exchange)
}
