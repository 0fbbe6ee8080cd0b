public import Processes

extension Git {
    /// A version of git.
    public struct Version: Comparable, Sendable, CustomStringConvertible {
        private let numbers: [Int]
        /// The version as git prints it, such as `2.39.5`.
        public let description: String

        /// The oldest version known to work with Bellpull.
        public static let oldestKnown = Version(major: 2, minor: 30)

        private init(major: Int, minor: Int) {
            numbers = [major, minor]
            description = "\(major).\(minor)"
        }

        /// Parses the output of `git version`. Returns `nil` if the output has no version.
        init?(output: String) {
            guard let word = output.split(separator: " ").dropFirst(2).first else { return nil }
            numbers = word.split(separator: ".").prefix { $0.allSatisfy(\.isNumber) }.compactMap { Int($0) }
            guard numbers.count >= 2 else { return nil }
            description = String(word)
        }

        /// Compares the versions number by number.
        public static func < (left: Version, right: Version) -> Bool {
            left.numbers.lexicographicallyPrecedes(right.numbers)
        }
    }

    /// Runs `git version` and returns the version, or `nil` if the output has no version.
    public func version(_ limits: Limits) throws(GitError) -> Version? {
        Version(output: try output(of: ["version"], limits))
    }
}
