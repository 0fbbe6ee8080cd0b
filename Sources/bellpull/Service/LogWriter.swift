import Deploy
import Foundation

/// Writes log lines to a descriptor. Threads that take and record deliveries log through it, and never wait for the
/// reader of the log: a stopped terminal or a full pipe costs lines, not deliveries. A line that can be written without
/// waiting is written at once; the others go through a queue to a thread of their own.
final class LogWriter: @unchecked Sendable {
    private let descriptor: Int32
    /// The type of the file behind the descriptor (`S_IFMT`).
    private let kind: mode_t
    // Guards and signals the properties below.
    private let condition = MonotonicCondition()
    private var queue: LogQueue
    private var hasThread = false
    private var isWriting = false

    /// Creates a writer to `descriptor`. `notice` returns the line for a number of dropped lines.
    init(_ descriptor: Int32, notice: @escaping @Sendable (Int) -> String) {
        self.descriptor = descriptor
        var status = stat()
        kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
        queue = LogQueue(notice: notice)
    }

    /// Queues `line`, which ends with a line feed, and returns at once.
    func write(_ line: String) {
        let needsThread = condition.withLock {
            let written = queue.isEmpty && !isWriting ? putAtOnce(line) : 0
            guard written < line.utf8.count else { return false }
            queue.append(String(decoding: line.utf8.dropFirst(written), as: UTF8.self))
            condition.broadcast()
            defer { hasThread = true }
            return !hasThread
        }
        guard needsThread else { return }
        let thread = Thread { [self] in work() }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Waits up to `time` until all queued lines are written. Returns whether they are.
    @discardableResult
    func flush(within time: Duration) -> Bool {
        let deadline = ContinuousClock.now + time
        return condition.withLock {
            while isWriting || !queue.isEmpty {
                guard condition.wait(until: deadline) else { return false }
            }
            return true
        }
    }

    private func work() {
        while true { put(next()) }
    }

    private func next() -> String {
        condition.withLock {
            isWriting = false
            condition.broadcast()
            while queue.isEmpty { condition.wait() }
            isWriting = true
            return queue.next()
        }
    }

    /// Writes as much of `line` as can be written without waiting for a reader. Returns the number of bytes.
    private func putAtOnce(_ line: String) -> Int {
        var line = line
        let count = line.withUTF8 { bytes in
            switch kind {
            case S_IFREG: return Foundation.write(descriptor, bytes.baseAddress, bytes.count)
            case S_IFSOCK:
                return send(
                    descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            case S_IFIFO:
                // A pipe that is ready has room for PIPE_BUF bytes, and takes so many at once or not at all (pipe(7)).
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard bytes.count <= Int(PIPE_BUF), poll(&ready, 1, 0) == 1, ready.revents == Int16(POLLOUT) else {
                    return 0
                }
                return Foundation.write(descriptor, bytes.baseAddress, bytes.count)
            default: return 0
            }
        }
        return max(count, 0)
    }

    /// Writes `text` in full, and waits for the reader if necessary. Drops the text after an error.
    private func put(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // Another process made the shared terminal or pipe non-blocking.
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
