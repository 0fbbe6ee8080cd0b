internal import Foundation
internal import Synchronization

/// Interrupts threads that wait: those that a silent or dripping peer holds up, as libfcgi reads without a time-out, and
/// when it is time to stop those that wait for a connection.
///
/// It sends them a signal whose handler does nothing: the system call that blocks fails with `EINTR`, which libfcgi takes
/// for the end of the connection. A signal can come just before the call, so that it is sent again and again until the
/// thread lets go. To shut down the descriptor from outside would not do: libfcgi may have closed it, and its number be
/// that of another connection by then.
///
/// Only as many threads accept as there are places, as each that waits there costs every request something: the kernel
/// wakes one for a connection that another may have taken by then. The rest are in reserve, and one of them takes the
/// place of a thread as soon as that is seen to read for long.
final class StallGuard: Sendable {
    /// What a thread is doing.
    private enum Occupation {
        case accepting
        case reading(since: ContinuousClock.Instant)
        case answering
    }

    /// One thread under guard. It is used by that thread alone, and dismissed before the thread ends.
    final class Watch: Sendable {
        private let thread = pthread_self()
        private let occupation = Mutex(Occupation.answering)
        private let hasPlace = Atomic(false)
        private unowned let guardian: StallGuard

        fileprivate init(_ guardian: StallGuard) {
            self.guardian = guardian
        }

        /// Runs `body`, which waits for a connection, until it succeeds or the guard is stopping; not before there is a
        /// place for the thread.
        func accepting<Result>(_ body: () -> Result?) -> Result? {
            if !hasPlace.exchange(true, ordering: .relaxed) { guardian.places.wait() }
            occupation.withLock { $0 = .accepting }
            defer { occupation.withLock { $0 = .answering } }
            while !guardian.isStopping.load(ordering: .relaxed) {
                if let result = body() { return result }
            }
            return nil
        }

        /// Runs `body`, which reads a request, for as long as the guard's patience lasts.
        func reading<Result>(_ body: () -> Result) -> Result {
            occupation.withLock { $0 = .reading(since: .now) }
            defer { occupation.withLock { $0 = .answering } }
            guardian.wake()
            return body()
        }

        fileprivate var isReading: Bool {
            if case .reading = occupation.withLock({ $0 }) { true } else { false }
        }

        /// Interrupts the thread if it has been reading for longer than `patience`, or is accepting while it should
        /// stop; gives its place away if it reads for long. Under the lock, so that the thread cannot turn to something
        /// else between the look and the signal.
        fileprivate func look(patience: Duration, isStopping: Bool) {
            occupation.withLock { occupation in
                switch occupation {
                case .accepting where isStopping: pthread_kill(thread, StallGuard.signal)
                case .reading(let since):
                    let duration = since.duration(to: .now)
                    if duration > StallGuard.interval, hasPlace.exchange(false, ordering: .relaxed) {
                        guardian.places.signal()
                    }
                    if duration > patience { pthread_kill(thread, StallGuard.signal) }
                case .accepting, .answering: break
                }
            }
        }
    }

    private let patience: Duration
    private let watches = Mutex<[Watch]>([])
    private let isAsleep = Atomic(false)
    private let isStopping = Atomic(false)
    private let alarm = DispatchSemaphore(value: 0)
    private let places = DispatchSemaphore(value: 0)
    private let rounds = DispatchGroup()

    /// How often the guard looks, while there is something to look at.
    fileprivate static let interval = Duration.milliseconds(50)
    fileprivate static let signal = SIGUSR2

    /// Starts a guard that lets a thread read for `patience`, and so many threads accept at a time.
    init(patience: Duration, places: Int) {
        self.patience = patience
        for _ in 0..<places { self.places.signal() }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(Self.signal, &action, nil)
        rounds.enter()
        Thread.detachNewThread { [self] in
            run()
            rounds.leave()
        }
    }

    /// Puts the calling thread under guard.
    func watch() -> Watch {
        // A thread inherits what its creator blocks, up to whoever started this process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, Self.signal)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        let watch = Watch(self)
        watches.withLock { $0.append(watch) }
        return watch
    }

    /// Ends a watch.
    func dismiss(_ watch: Watch) {
        watches.withLock { $0.removeAll { $0 === watch } }
    }

    /// Lets no thread accept any more, and returns when all watches are dismissed.
    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        wake()
        rounds.wait()
    }

    private func wake() {
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { alarm.signal() }
    }

    private func run() {
        while true {
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            if !hasWork { alarm.wait() }
            let watches = watches.withLock { $0 }
            let isStopping = isStopping.load(ordering: .relaxed)
            if isStopping, watches.isEmpty { return }
            for watch in watches {
                // Those in reserve are to see that it is over.
                if isStopping { places.signal() }
                watch.look(patience: patience, isStopping: isStopping)
            }
            usleep(UInt32(Self.interval / .microseconds(1)))
        }
    }

    private var hasWork: Bool {
        isStopping.load(ordering: .sequentiallyConsistent) || watches.withLock { $0.contains { $0.isReading } }
    }
}
