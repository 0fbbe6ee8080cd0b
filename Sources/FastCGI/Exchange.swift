internal import Synchronization

/// The way back to whoever sent a request. It may be answered from any thread, at any time, and is answered exactly
/// once: a second reply is dropped, and an exchange that is let go unanswered replies 500.
///
/// It does not hold the request, so that one that waits for its answer costs no more than its connection.
public final class Exchange: Sendable {
    private let send: Mutex<(@Sendable (Response) -> Void)?>

    /// An exchange whose one reply goes to `send`.
    public init(send: @escaping @Sendable (Response) -> Void) {
        self.send = Mutex(send)
    }

    deinit {
        reply(Response(status: 500, body: #"{"error": "the request was not answered"}"#))
    }

    /// Sends `response`, which ends the request. Returns false if it had its reply already.
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
