import Testing

@testable import Pages

@Suite struct `a histogram` {
    @Test func `counts a duration in the first bucket that is long enough`() {
        var histogram = Histogram.ofDeliveries
        for duration in [Duration.zero, .milliseconds(5), .milliseconds(6), .seconds(10), .seconds(11)] {
            histogram.record(duration)
        }
        let counted = zip(histogram.limits, histogram.counts).filter { $0.1 > 0 }.map { "\($0.0.text) \($0.1)" }
        #expect(counted == ["0.005 2", "0.01 1", "10 1"])
        #expect(histogram.count == 5)
        #expect(histogram.sum == .milliseconds(21_011))
    }
}
