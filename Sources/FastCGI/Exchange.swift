internal import Synchronization

/// Sends the reply to a request, from any thread and at any time, exactly once: drops a second reply, and sends status
/// 500 when released without a reply.
///
/// An exchange does not hold the request. A request with a pending reply costs only its connection.
public final class Exchange: Sendable {
    private let send: Mutex<(@Sendable (Response) -> Void)?>
    private let detachErrors: (@Sendable () -> Void)?

    /// Creates an exchange that passes its reply to `send`.
    ///
    /// - Parameter detachErrors: called by `detachErrorsAfterReply()`; `nil` to do nothing.
    public init(detachErrors: (@Sendable () -> Void)? = nil, send: @escaping @Sendable (Response) -> Void) {
        self.send = Mutex(send)
        self.detachErrors = detachErrors
    }

    deinit {
        reply(Response(status: 500, body: #"{"error": "the request was not answered"}"#))
    }

    /// Stops writing to the web server's log. Call after the reply was sent and logged, while a deployment may continue.
    /// See `CommonGateway.serve(_:bodyLimit:)`.
    public func detachErrorsAfterReply() { detachErrors?() }

    /// Sends `response` and ends the request. Returns `false` if the request already has its reply.
    @discardableResult
    public func reply(_ response: Response) -> Bool {
        let send = send.withLock { send in
            defer { send = nil }
            return send
        }
        guard let send else { return false }
        send(response)
        return true
    }
}
