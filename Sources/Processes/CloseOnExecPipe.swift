internal import Foundation
internal import Synchronization

/// A pipe that child processes do not inherit. The reading end does not block. Releasing the object closes both ends.
final class CloseOnExecPipe: Sendable {
    let reading: Int32
    private let writing: Mutex<Int32?>

    init() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            // Polling descriptor -1 reports no events, and writing to it fails. The caller's deadline still applies.
            reading = -1
            writing = Mutex(nil)
            return
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        reading = ends[0]
        writing = Mutex(ends[1])
    }

    deinit {
        closeWriting()
        if reading >= 0 { close(reading) }
    }

    /// The writing end, to pass to a child process.
    var writingHandle: FileHandle {
        FileHandle(fileDescriptor: writing.withLock { $0 } ?? -1, closeOnDealloc: false)
    }

    func closeWriting() {
        writing.withLock { end in
            if let open = end { close(open) }
            end = nil
        }
    }
}
