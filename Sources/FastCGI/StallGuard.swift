internal import Foundation
internal import Synchronization

/// Frees threads that a silent or dripping peer holds up: libfcgi reads without a time-out.
///
/// A thread stands watch over itself with `reading`; once it has been at it for longer than `patience`, it is
/// interrupted with a signal whose handler does nothing, again and again until it lets go: the system call it blocks in
/// fails with `EINTR`, which libfcgi takes for the end of the connection. Closing or shutting down the descriptor from
/// outside would not do: libfcgi may have closed it, and its number may belong to another connection by then.
final class StallGuard: Sendable {
    /// One thread's watch.
    final class Watch: Sendable {
        fileprivate let thread = pthread_self()
        fileprivate let since = Mutex<ContinuousClock.Instant?>(nil)
    }

    private let patience: Duration
    private let watches = Mutex<[Watch]>([])
    private let isAsleep = Atomic(false)
    private let isStopped = Atomic(false)
    private let alarm = DispatchSemaphore(value: 0)

    /// How often the guard looks while there is something to look at; 0 times a second while there is not.
    private static let interval = Duration.milliseconds(100)
    private static let signal = SIGUSR2

    /// Starts a guard that lets a thread read for `patience`.
    init(patience: Duration) {
        self.patience = patience
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(Self.signal, &action, nil)
        Thread.detachNewThread { [self] in run() }
    }

    /// The calling thread's watch, to be used by that thread alone and ended with `dismiss` before the thread ends.
    func watch() -> Watch {
        let watch = Watch()
        watches.withLock { $0.append(watch) }
        return watch
    }

    /// Ends a watch.
    func dismiss(_ watch: Watch) {
        watches.withLock { $0.removeAll { $0 === watch } }
    }

    /// Runs `body` on the calling thread, whose blocking system calls are interrupted once patience is at an end.
    func reading<Result>(_ watch: Watch, _ body: () -> Result) -> Result {
        watch.since.withLock { $0 = .now }
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { alarm.signal() }
        defer { watch.since.withLock { $0 = nil } }
        return body()
    }

    /// Ends the guard.
    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        alarm.signal()
    }

    private func run() {
        while !isStopped.load(ordering: .sequentiallyConsistent) {
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            if isAnyoneReading { isAsleep.store(false, ordering: .sequentiallyConsistent) } else { alarm.wait() }
            usleep(UInt32(Self.interval / .microseconds(1)))
            interruptTheStalled()
        }
    }

    private var isAnyoneReading: Bool {
        watches.withLock { $0.contains { $0.since.withLock { $0 != nil } } }
    }

    private func interruptTheStalled() {
        let watches = watches.withLock { $0 }
        for watch in watches {
            // Under the lock, so that the thread cannot leave `reading` between the look and the signal.
            watch.since.withLock { since in
                guard let since, since.duration(to: .now) > patience else { return }
                pthread_kill(watch.thread, Self.signal)
            }
        }
    }
}
