import Foundation
import Testing

@testable import Processes

@Suite struct `close-on-exec pipe` {
    @Test func `is inherited by no child and does not block its reader`() {
        let pipe = CloseOnExecPipe()
        for end in [pipe.reading, pipe.writingHandle.fileDescriptor] {
            #expect(fcntl(end, F_GETFD) & FD_CLOEXEC != 0)
        }
        #expect(fcntl(pipe.reading, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(pipe.writingHandle.fileDescriptor, F_GETFL) & O_NONBLOCK == 0)
    }

    @Test func `is at its end when its writing end is closed`() {
        let pipe = CloseOnExecPipe()
        var entry = pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0)
        #expect(poll(&entry, 1, 0) == 0)
        pipe.closeWriting()
        pipe.closeWriting()
        // A process that another test is starting may hold the pipe open for a moment.
        #expect(poll(&entry, 1, 5000) == 1 && entry.revents & Int16(POLLHUP) != 0)
        #expect(pipe.writingHandle.fileDescriptor == -1)
    }

    @Test func `is closed when it is released`() {
        var pipe: CloseOnExecPipe? = CloseOnExecPipe()
        let copy = pipe.map { dup($0.writingHandle.fileDescriptor) } ?? -1
        defer { close(copy) }
        var entry = pollfd(fd: copy, events: 0, revents: 0)
        #expect(poll(&entry, 1, 0) == 0)
        pipe = nil
        // A pipe without a reader is in error for its writers. A process that another test is starting may hold the
        // reading end open for a moment.
        #expect(poll(&entry, 1, 5000) == 1 && entry.revents & Int16(POLLERR) != 0)
    }
}
