public import Processes

extension Git {
    /// A version of git.
    public struct Version: Comparable, Sendable, CustomStringConvertible {
        private let numbers: [Int]
        /// The version as git writes it, such as `2.39.5`.
        public let description: String

        /// The oldest that Bellpull is known to work with.
        public static let oldestKnown = Version(major: 2, minor: 30)

        private init(major: Int, minor: Int) {
            numbers = [major, minor]
            description = "\(major).\(minor)"
        }

        /// The version in what `git version` prints, or `nil` if there is none.
        init?(output: String) {
            guard let word = output.split(separator: " ").dropFirst(2).first else { return nil }
            numbers = word.split(separator: ".").prefix { $0.allSatisfy(\.isNumber) }.compactMap { Int($0) }
            guard numbers.count >= 2 else { return nil }
            description = String(word)
        }

        /// Whether `left` came before `right`.
        public static func < (left: Version, right: Version) -> Bool {
            left.numbers.lexicographicallyPrecedes(right.numbers)
        }
    }

    /// Its version; `nil` if it does not say it in the way git does.
    public func version(_ limits: Limits) throws(GitError) -> Version? {
        Version(output: try output(of: ["version"], limits))
    }
}
