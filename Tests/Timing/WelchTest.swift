internal import Foundation

/// Welch's t-test on the times that two classes of forgeries take: those that are right up to the last byte, and those that
/// are wrong from the first.
struct WelchTest<Input> {
    /// From here on dudect calls a difference certain.
    private let threshold = 10.0

    private let name: String
    private let right: Input
    /// Made before any time is taken, as making one may take its own.
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

    /// Takes so many times of `isProven`, prints what came of it, and says whether no difference is certain.
    func isPassed(_ count: Int, _ isProven: (Input) -> Bool) -> Bool {
        precondition(isProven(right), "\(name): what is right is not verified")
        var times: [[Double]] = [[], []]
        for _ in 0..<count {
            let kind = Int.random(in: 0...1)
            let forgery = forgeries[kind][Int.random(in: 0..<512)]
            let start = Self.nanoseconds()
            let isForgeryProven = isProven(forgery)
            times[kind].append(Self.nanoseconds() - start)
            precondition(!isForgeryProven, "\(name): what is wrong is verified")
        }
        let t = Self.greatest(times)
        let means = times.map { times in times.sorted()[times.count / 2] }
        print(
            String(format: "%@: |t| = %.1f, medians %.0f and %.0f ns", name, t, means[0], means[1]),
            t > threshold ? "differ" : "do not differ")
        return t <= threshold
    }

    /// The greatest |t| of those with all times and with the slowest cut off at several quantiles, as interruptions
    /// would hide a difference.
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
