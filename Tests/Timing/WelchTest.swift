internal import Foundation

/// Welch's t-test on the verification times of two classes of forgeries: forgeries with only the last byte wrong, and
/// forgeries with all bytes wrong.
struct WelchTest<Input> {
    /// The |t| above which dudect considers a difference certain.
    private let threshold = 10.0

    private let name: String
    private let right: Input
    /// The two classes of forgeries, made before measuring.
    private let forgeries: [[Input]]

    init(_ name: String, right: [UInt8], input: ([UInt8]) -> Input) {
        self.name = name
        self.right = input(right)
        forgeries = [right.count - 1, 0].map { first in
            (0..<512).map { _ in
                var forgery = right
                forgery[first] ^= UInt8.random(in: 1...255)
                for index in (first + 1)..<right.count { forgery[index] = UInt8.random(in: 0...255) }
                return input(forgery)
            }
        }
    }

    /// Measures `count` calls of `isVerified` and prints the result. Returns whether the times do not certainly differ.
    func isPassed(_ count: Int, _ isVerified: (Input) -> Bool) -> Bool {
        precondition(isVerified(right), "\(name): the correct input is not verified")
        var times: [[Double]] = [[], []]
        for _ in 0..<count {
            let kind = Int.random(in: 0...1)
            let forgery = forgeries[kind][Int.random(in: 0..<512)]
            let start = Self.nanoseconds()
            let isForgeryVerified = isVerified(forgery)
            times[kind].append(Self.nanoseconds() - start)
            precondition(!isForgeryVerified, "\(name): a forgery is verified")
        }
        let t = Self.greatest(times)
        let means = times.map { times in times.sorted()[times.count / 2] }
        print(
            String(format: "%@: |t| = %.1f, medians %.0f and %.0f ns", name, t, means[0], means[1]),
            t > threshold ? "differ" : "do not differ")
        return t <= threshold
    }

    /// Returns the greatest |t| over all times and over the times below several quantiles: interruptions make some
    /// times longer, which would hide a difference.
    private static func greatest(_ times: [[Double]]) -> Double {
        let sorted = (times[0] + times[1]).sorted()
        return [0.5, 0.75, 0.9, 0.99, 1].map { quantile in
            let limit = sorted[Int(quantile * Double(sorted.count - 1))]
            return abs(t(times.map { $0.filter { $0 <= limit } }))
        }.max() ?? 0
    }

    /// Welch's statistic: the difference of the means in units of its standard error.
    private static func t(_ times: [[Double]]) -> Double {
        let moments = times.map { times in
            let mean = times.reduce(0, +) / Double(times.count)
            let variance = times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(times.count - 1)
            return (mean: mean, error: variance / Double(times.count))
        }
        return (moments[0].mean - moments[1].mean) / (moments[0].error + moments[1].error).squareRoot()
    }

    private static func nanoseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
