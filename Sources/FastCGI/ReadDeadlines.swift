internal import Foundation
internal import Synchronization

/// Interrupts reader threads that are blocked for too long: threads that a silent or dripping peer holds up, as libfcgi
/// reads without a time-out, and, when the listener stops, threads that wait for a connection.
///
/// A thread of its own checks all reader threads every 50 ms, as long as at least one of them reads, and sleeps
/// otherwise. A signal may arrive just before the system call that it should interrupt. So the signal is sent in every
/// check until the reader thread turns to something else.
final class ReadDeadlines: Sendable {
    private static let interval = Duration.milliseconds(50)

    private let readTimeout: Duration
    private let threads = Mutex<[ReaderThread]>([])
    private let isAsleep = Atomic(false)
    private let stopping = Atomic(false)
    private let alarm = DispatchSemaphore(value: 0)
    private let checks = DispatchGroup()

    /// Starts to guard the threads that will be added. A thread may read one request for `readTimeout`.
    init(readTimeout: Duration) {
        self.readTimeout = readTimeout
        ReaderThread.installSignalHandler()
        checks.enter()
        Thread.detachNewThread { [self] in
            run()
            checks.leave()
        }
    }

    /// Guards the calling thread until `remove(_:)`, which must come before the thread ends.
    ///
    /// - Parameter onSlowRead: called at every check while the thread has been reading one request for longer than
    ///   `ReaderActivity.slowAfter`. Must return at once: the thread may be waiting for the end of the check.
    func add(onSlowRead: @escaping @Sendable () -> Void = {}) -> ReaderThread {
        let thread = ReaderThread(self, onSlowRead: onSlowRead)
        threads.withLock { $0.append(thread) }
        return thread
    }

    /// Guards `thread` no longer.
    func remove(_ thread: ReaderThread) {
        threads.withLock { $0.removeAll { $0 === thread } }
    }

    /// Makes every thread stop accepting. A request that is being read is still read.
    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        wake()
    }

    /// Returns when, after `stop()`, all threads are removed.
    func waitForThreads() { checks.wait() }

    /// Whether `stop()` was called.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Makes sure that checks take place. Costs a system call only if the checking thread sleeps.
    func wake() {
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { alarm.signal() }
    }

    private func run() {
        while true {
            // The order matters: a reader thread that starts to read after the look at the threads sees this flag.
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            if !hasWork { alarm.wait() }
            let threads = threads.withLock { $0 }
            let isStopping = isStopping
            if isStopping, threads.isEmpty { return }
            for thread in threads { thread.check(at: .now, readTimeout: readTimeout, isStopping: isStopping) }
            usleep(UInt32(Self.interval / .microseconds(1)))
        }
    }

    private var hasWork: Bool {
        stopping.load(ordering: .sequentiallyConsistent) || threads.withLock { $0.contains { $0.isReading } }
    }
}
