/// Decodes hexadecimal digits in either case, and encodes bytes in lower case.
enum Hexadecimal {
    /// Returns two digits for each byte.
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Returns the value of the ASCII character `digit`, or `nil` for a character other than a digit.
    @inline(__always)
    static func value(of digit: UInt8) -> UInt8? {
        let value = valueOrMore(of: digit)
        return value < 16 ? value : nil
    }

    /// Returns the byte that two digits encode, or `nil` if a character is not a digit.
    @inline(__always)
    static func byte(_ high: UInt8, _ low: UInt8) -> UInt8? {
        let (high, low) = (valueOrMore(of: high), valueOrMore(of: low))
        return high | low < 16 ? high << 4 | low : nil
    }

    /// Returns the value of `digit`, or more than 15 for a character other than a digit. A processor
    /// could not predict a branch on letters and numbers.
    @inline(__always)
    private static func valueOrMore(of digit: UInt8) -> UInt8 {
        let number = digit &- UInt8(ascii: "0")
        let letter = (digit | 0x20) &- UInt8(ascii: "a")
        return number < 10 ? number : letter < 6 ? letter + 10 : UInt8.max
    }

    /// Returns the bytes that an even number of digits encode, or `nil` if a character is not a digit.
    static func bytes(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
            guard let byte = byte(digits[index], digits[index + 1]) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
