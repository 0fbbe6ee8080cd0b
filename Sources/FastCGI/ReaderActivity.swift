/// The activity of a thread that reads requests, and whether the thread must be interrupted.
///
///                          connection accepted
///           accepting ────────────────────────────▶ reading
///               ▲                                      │
///               │                                      │ request read, or connection broken
///               └────────────── answering ◀────────────┘
///
/// A thread starts as `answering`. There, nobody interrupts the thread: the thread runs the responder, or waits for an
/// accept slot.
enum ReaderActivity {
    /// Waits for a connection.
    case accepting
    /// Reads a request, and started to do so at this time.
    case reading(since: ContinuousClock.Instant)
    /// Does anything else.
    case answering

    /// The time after which reading is slow, so that a thread in reserve should accept instead.
    static let slowAfter = Duration.milliseconds(50)

    /// Whether the thread reads a request.
    var isReading: Bool {
        if case .reading = self { true } else { false }
    }

    /// Whether the thread has been reading for longer than `slowAfter`.
    func isSlow(at now: ContinuousClock.Instant) -> Bool {
        if case .reading(let since) = self { since.duration(to: now) > Self.slowAfter } else { false }
    }

    /// Whether the thread is blocked in a system call that must end: the thread has been reading for longer than
    /// `readTimeout`, or waits for a connection while the listener stops.
    func mustBeInterrupted(at now: ContinuousClock.Instant, readTimeout: Duration, isStopping: Bool) -> Bool {
        switch self {
        case .accepting: isStopping
        case .reading(let since): since.duration(to: now) > readTimeout
        case .answering: false
        }
    }
}
