/// The activity of a thread that reads requests, and whether the thread must be interrupted.
///
///                          connection accepted
///           accepting ────────────────────────────▶ reading
///               ▲                                      │
///               │                                      │ request read, or connection broken
///               └────────────── answering ◀────────────┘
///
/// A thread starts as `answering`. While answering, a thread runs the responder or waits for an accept slot, and is
/// never interrupted.
enum ReaderActivity {
    /// The thread waits for a connection.
    case accepting
    /// The thread has been reading a request since this time.
    case reading(since: ContinuousClock.Instant)
    /// The thread does anything else.
    case answering

    /// The time after which a read counts as slow, and a thread in reserve accepts instead.
    static let slowAfter = Duration.milliseconds(50)

    /// Whether the thread reads a request.
    var isReading: Bool {
        if case .reading = self { true } else { false }
    }

    /// Whether the thread has been reading for longer than `slowAfter`.
    func isSlow(at now: ContinuousClock.Instant) -> Bool {
        if case .reading(let since) = self { since.duration(to: now) > Self.slowAfter } else { false }
    }

    /// Whether the thread's blocking system call must end: the thread has been reading for longer than `readTimeout`,
    /// or waits for a connection while the listener stops.
    func mustBeInterrupted(at now: ContinuousClock.Instant, readTimeout: Duration, isStopping: Bool) -> Bool {
        switch self {
        case .accepting: isStopping
        case .reading(let since): since.duration(to: now) > readTimeout
        case .answering: false
        }
    }
}
