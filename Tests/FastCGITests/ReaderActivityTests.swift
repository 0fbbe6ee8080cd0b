import Testing

@testable import FastCGI

@Suite struct `a reader's activity` {
    private let start = ContinuousClock.now

    @Test func `is slow after 50 ms of reading`() {
        let reading = ReaderActivity.reading(since: start)
        #expect(!reading.isSlow(at: start))
        #expect(!reading.isSlow(at: start + .milliseconds(50)))
        #expect(reading.isSlow(at: start + .milliseconds(51)))
    }

    @Test func `is never slow without reading`() {
        for activity in [ReaderActivity.accepting, .answering] {
            #expect(!activity.isReading)
            #expect(!activity.isSlow(at: start + .seconds(3600)))
        }
    }

    @Test(arguments: [true, false])
    func `must be interrupted after the read timeout, also while the listener stops`(isStopping: Bool) {
        let reading = ReaderActivity.reading(since: start)
        func mustBeInterrupted(after time: Duration) -> Bool {
            reading.mustBeInterrupted(at: start + time, readTimeout: .seconds(2), isStopping: isStopping)
        }
        #expect(reading.isReading)
        #expect(!mustBeInterrupted(after: .zero))
        #expect(!mustBeInterrupted(after: .seconds(2)))
        #expect(mustBeInterrupted(after: .seconds(2) + .milliseconds(1)))
    }

    @Test func `must be interrupted while accepting, once the listener stops`() {
        let later = start + .seconds(3600)
        let accepting = ReaderActivity.accepting
        #expect(!accepting.mustBeInterrupted(at: later, readTimeout: .seconds(2), isStopping: false))
        #expect(accepting.mustBeInterrupted(at: start, readTimeout: .seconds(2), isStopping: true))
    }

    @Test(arguments: [true, false])
    func `is never interrupted while answering`(isStopping: Bool) {
        let later = start + .seconds(3600)
        #expect(
            !ReaderActivity.answering.mustBeInterrupted(at: later, readTimeout: .seconds(2), isStopping: isStopping))
    }
}
