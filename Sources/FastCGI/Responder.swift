/// What answers requests. One method, so that a test needs no socket.
public protocol Responder: Sendable {
    /// Answers `request` through `exchange`, now or later. Called on a thread that reads requests, which is free for the
    /// next one as soon as this returns.
    func respond(to request: Request, through exchange: Exchange)
}
