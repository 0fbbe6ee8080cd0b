/// Strings and their escapes.
extension LineParser {
    /// Reads a string without converting it, and returns its place between the quotation marks.
    mutating func string(in text: Span<UInt8>) throws(Malformed) -> Range<Int> {
        try expect("\"", in: text)
        let start = position
        var isASCII = true
        while let end = text.firstBreak(from: position, &isASCII) {
            position = end
            if take("\"", in: text) {
                let isText = isASCII || (try? UTF8Span(validating: text.extracting(start..<end))) != nil
                guard isText else { throw Malformed() }
                return start..<end
            }
            guard take("\\", in: text) else { throw Malformed() }
            repeat { _ = try Self.escape(in: text, &position) } while take("\\", in: text)
        }
        throw Malformed()
    }

    /// Converts the string at `place`.
    static func text(_ text: Span<UInt8>, _ place: Range<Int>) throws(Malformed) -> String {
        let raw = text.extracting(place)
        guard let backslash = raw.firstIndex(of: UInt8(ascii: "\\"), from: 0) else { return try Self.text(raw) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        for index in 0..<backslash { bytes.append(raw[index]) }
        var position = backslash
        while position < raw.count {
            let byte = raw[position]
            position += 1
            if byte == UInt8(ascii: "\\") {
                bytes.append(contentsOf: UTF8.encode(try escape(in: raw, &position)) ?? .init())
            } else {
                bytes.append(byte)
            }
        }
        return try Self.text(bytes.span)
    }

    private static func text(_ bytes: Span<UInt8>) throws(Malformed) -> String {
        guard !bytes.isEmpty else { return "" }
        guard let valid = try? UTF8Span(validating: bytes) else { throw Malformed() }
        return String(copying: valid)
    }

    /// Reads an escape after its backslash. nginx escapes quotation marks, backslashes and control characters.
    static func escape(in text: Span<UInt8>, _ position: inout Int) throws(Malformed) -> Unicode.Scalar {
        guard position < text.count else { throw Malformed() }
        let character = Unicode.Scalar(text[position])
        position += 1
        switch character {
        case "\"", "\\", "/": return character
        case "b": return "\u{8}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u":
            guard position + 4 <= text.count else { throw Malformed() }
            var value: UInt32 = 0
            for index in position..<position + 4 { value = value << 4 | (try digit(text[index])) }
            position += 4
            guard let scalar = Unicode.Scalar(value) else { throw Malformed() }
            return scalar
        default: throw Malformed()
        }
    }

    /// Returns the value of a hexadecimal digit.
    private static func digit(_ byte: UInt8) throws(Malformed) -> UInt32 {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: throw Malformed()
        }
    }
}
