internal import Foundation
internal import Synchronization

/// Interrupts reader threads: a thread that reads one request for longer than the read timeout, because its peer is
/// silent or sends single bytes and libfcgi reads without a timeout; and a thread that waits for a connection while the
/// listener stops.
///
/// A separate thread checks all reader threads every 50 ms while at least one reader thread reads, and sleeps
/// otherwise. The signal may arrive just before the blocking system call and miss the call. So every check sends the
/// signal again, until the reader thread has left the call.
final class ReadDeadlines: Sendable {
    private static let interval = Duration.milliseconds(50)

    private let readTimeout: Duration
    private let threads = Mutex<[ReaderThread]>([])
    private let isAsleep = Atomic(false)
    private let stopping = Atomic(false)
    private let alarm = DispatchSemaphore(value: 0)
    private let checks = DispatchGroup()

    /// Starts the checks. A thread may read one request for `readTimeout`.
    init(readTimeout: Duration) {
        self.readTimeout = readTimeout
        ReaderThread.installSignalHandler()
        checks.enter()
        Thread.detachNewThread { [self] in
            run()
            checks.leave()
        }
    }

    /// Adds the calling thread, which must call `remove(_:)` before the thread ends.
    ///
    /// - Parameter onSlowRead: called in every check after the thread has been reading one request for longer than
    ///   `ReaderActivity.slowAfter`. Must not block: the thread may be waiting for the end of the check.
    func add(onSlowRead: @escaping @Sendable () -> Void = {}) -> ReaderThread {
        let thread = ReaderThread(self, onSlowRead: onSlowRead)
        threads.withLock { $0.append(thread) }
        return thread
    }

    /// Removes `thread`, the calling thread.
    func remove(_ thread: ReaderThread) {
        threads.withLock { $0.removeAll { $0 === thread } }
    }

    /// Makes every thread stop accepting. Threads finish the requests they are reading.
    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        wake()
    }

    /// Waits until all threads are removed. Call `stop()` first.
    func waitForThreads() { checks.wait() }

    /// Whether `stop()` was called.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Wakes the checking thread. Costs a system call only if the checking thread sleeps.
    func wake() {
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { alarm.signal() }
    }

    private func run() {
        while true {
            // Set before `hasWork` looks at the threads: a thread that starts to read afterwards sees the flag.
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
