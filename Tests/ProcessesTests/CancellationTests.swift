import Foundation
import Testing

@testable import Processes

@Suite struct `cancellation` {
    @Test func `stays said once it was said`() {
        let cancellation = Cancellation()
        #expect(!cancellation.isCancelled)
        cancellation.cancel()
        cancellation.cancel()
        #expect(cancellation.isCancelled)
        #expect(cancellation.isCancelled)
    }

    @Test func `wakes whoever polls its descriptor`() {
        let cancellation = Cancellation()
        var entry = pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&entry, 1, 0) == 0)
        cancellation.cancel()
        #expect(poll(&entry, 1, 0) == 1)
    }
}
