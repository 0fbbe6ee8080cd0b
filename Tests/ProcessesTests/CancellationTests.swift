import Foundation
import Testing

@testable import Processes

@Suite struct `cancellation` {
    @Test func `cannot be reset`() {
        let cancellation = Cancellation()
        #expect(!cancellation.isCancelled)
        for _ in 0..<2 {
            cancellation.cancel()
            #expect(cancellation.isCancelled)
        }
    }

    @Test func `wakes a thread that polls its descriptor`() {
        let cancellation = Cancellation()
        var entry = pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&entry, 1, 0) == 0)
        cancellation.cancel()
        // A process that another test is starting may hold the pipe open for a moment.
        #expect(poll(&entry, 1, 5000) == 1 && entry.revents & Int16(POLLHUP) != 0)
    }
}
