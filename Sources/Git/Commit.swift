/// A commit's object name, in full (gitglossary(7), "object name").
public struct Commit: Hashable, Sendable, CustomStringConvertible {
    /// 40 or 64 lower-case hexadecimal digits.
    public let description: String

    /// Creates the commit with the name `hexadecimal`.
    ///
    /// Returns `nil` if `hexadecimal` is not 40 digits (SHA-1) or 64 digits (SHA-256), or is all zeros: git writes
    /// zeros where there is no commit.
    public init?(_ hexadecimal: some StringProtocol) {
        let digits = Array(hexadecimal.utf8)
        guard digits.count == 40 || digits.count == 64, digits.allSatisfy(Self.isDigit),
            digits.contains(where: { $0 != UInt8(ascii: "0") })
        else { return nil }
        description = String(hexadecimal)
    }

    /// The first six digits, for people.
    public var short: String { String(description.prefix(6)) }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
