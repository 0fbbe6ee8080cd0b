internal import Foundation

/// Moves through a JSON text (RFC 8259) and throws if the text is malformed or exceeds the limits of `JSONExcerpt`.
/// Builds no values.
struct JSONScanner {
    private let text: UnsafeRawBufferPointer
    private(set) var position = 0
    private var depth = 0
    private var hasSeenEscape = false

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    /// The byte at the position; at the end 0, which never occurs in JSON.
    var next: UInt8 { position < text.count ? text[position] : 0 }

    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text[range])
    }

    /// Whether the string at `range`, which includes the quotation marks, is `name`.
    func text(_ range: Range<Int>, equals name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount + 2, let base = text.baseAddress else { return false }
        return memcmp(base + range.lowerBound + 1, name.utf8Start, name.utf8CodeUnitCount) == 0
    }

    @inline(__always)
    mutating func skipWhitespace() {
        while true {
            switch next {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return
            }
        }
    }

    /// Enters the object or array at the position.
    mutating func enter() throws(Malformed) {
        depth += 1
        guard depth <= JSONExcerpt.deepest else { throw Malformed("the payload is nested too deeply") }
        position += 1
    }

    /// Moves to the next member of the object and returns `true`, or moves past the end of the object and returns
    /// `false`.
    @inline(__always)
    mutating func nextMember(isFirst: Bool) throws(Malformed) -> Bool {
        guard try !isClosed(by: UInt8(ascii: "}"), isFirst: isFirst) else { return false }
        guard next == UInt8(ascii: "\"") else { throw notJSON }
        return true
    }

    /// Skips the name of a member and the colon, and returns the range of the name. Rejects a name with an escape,
    /// which could be the name of a member to read.
    mutating func name() throws(Malformed) -> Range<Int> {
        hasSeenEscape = false
        let name = try memberName()
        guard !hasSeenEscape else { throw Malformed("the payload has an escaped member name") }
        return name
    }

    /// Skips the value at the position.
    mutating func skipValue() throws(Malformed) {
        switch next {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "{"):
            try enter()
            var isFirst = true
            while try nextMember(isFirst: isFirst) {
                isFirst = false
                _ = try memberName()
                try skipValue()
            }
        case UInt8(ascii: "["):
            try enter()
            var isFirst = true
            while try !isClosed(by: UInt8(ascii: "]"), isFirst: isFirst) {
                isFirst = false
                try skipValue()
            }
        case UInt8(ascii: "t"): try skip("true")
        case UInt8(ascii: "f"): try skip("false")
        case UInt8(ascii: "n"): try skip("null")
        default: try skipNumber()
        }
    }

    /// Throws if anything but white space follows.
    mutating func finish() throws(Malformed) {
        skipWhitespace()
        guard position == text.count else { throw notJSON }
    }

    private var notJSON: Malformed { Malformed("the payload is not JSON") }

    /// Skips the name of a member, the colon and the white space around the colon. Returns the range of the name.
    @inline(__always)
    private mutating func memberName() throws(Malformed) -> Range<Int> {
        let start = position
        try skipString()
        let name = start..<position
        skipWhitespace()
        guard next == UInt8(ascii: ":") else { throw notJSON }
        position += 1
        skipWhitespace()
        return name
    }

    /// Moves to the next element of the array and returns `true`, or moves past the end of the array and returns
    /// `false`.
    mutating func nextElement(isFirst: Bool) throws(Malformed) -> Bool {
        try !isClosed(by: UInt8(ascii: "]"), isFirst: isFirst)
    }

    /// Moves past the closing bracket and returns `true`, or moves to the next element and returns `false`.
    @inline(__always)
    private mutating func isClosed(by bracket: UInt8, isFirst: Bool) throws(Malformed) -> Bool {
        skipWhitespace()
        if next == bracket {
            position += 1
            depth -= 1
            return true
        }
        guard !isFirst else { return false }
        guard next == UInt8(ascii: ",") else { throw notJSON }
        position += 1
        skipWhitespace()
        return false
    }

    private mutating func skip(_ literal: StaticString) throws(Malformed) {
        let end = position + literal.utf8CodeUnitCount
        guard end <= text.count, let base = text.baseAddress,
            memcmp(base + position, literal.utf8Start, literal.utf8CodeUnitCount) == 0
        else { throw notJSON }
        position = end
    }

    /// Skips a number (RFC 8259 §6).
    private mutating func skipNumber() throws(Malformed) {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
        if next == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if next | 0x20 == UInt8(ascii: "e") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        guard position - start <= JSONExcerpt.longestNumber else {
            throw Malformed("a number in the payload is longer than \(JSONExcerpt.longestNumber) characters")
        }
    }

    private mutating func skipDigits() throws(Malformed) {
        let start = position
        while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { position += 1 }
        guard position > start else { throw notJSON }
    }

    /// Skips a string (RFC 8259 §7).
    @inline(__always)
    private mutating func skipString() throws(Malformed) {
        position += 1
        while true {
            skipPlainCharacters()
            let byte = next
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try skipEscape()
            case 0x80...: try skipContinuation(of: byte)
            case 0x20...: continue
            default: throw notJSON
            }
        }
    }

    /// Skips the plain characters of a string, sixteen at a time, as most of a payload is URLs.
    @inline(__always)
    private mutating func skipPlainCharacters() {
        var position = position
        while position + 16 <= text.count {
            let (first, second) = (specialBytes(at: position), specialBytes(at: position + 8))
            guard first | second == 0 else {
                position += (first != 0 ? first.trailingZeroBitCount : 64 + second.trailingZeroBitCount) / 8
                break
            }
            position += 16
        }
        self.position = position
    }

    /// Skips the bytes that must follow `lead` in UTF-8 (Unicode 16, table 3-7). Only the range of the second byte
    /// depends on `lead`.
    private mutating func skipContinuation(of lead: UInt8) throws(Malformed) {
        let (second, more): (ClosedRange<UInt8>, Int) =
            switch lead {
            case 0xc2...0xdf: (0x80...0xbf, 0)
            case 0xe0: (0xa0...0xbf, 1)
            case 0xed: (0x80...0x9f, 1)
            case 0xe1...0xef: (0x80...0xbf, 1)
            case 0xf0: (0x90...0xbf, 2)
            case 0xf1...0xf3: (0x80...0xbf, 2)
            case 0xf4: (0x80...0x8f, 2)
            default: throw Malformed("the payload is not UTF-8")
            }
        var isContinued = second.contains(next)
        position += 1
        for _ in 0..<more {
            isContinued = isContinued && next & 0xc0 == 0x80
            position += 1
        }
        guard isContinued else { throw Malformed("the payload is not UTF-8") }
    }

    private mutating func skipEscape() throws(Malformed) {
        hasSeenEscape = true
        let byte = next
        position += 1
        switch byte {
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard Hexadecimal.value(of: next) != nil else { throw notJSON }
                position += 1
            }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        default: throw notJSON
        }
    }

    /// Returns a word with the highest bit set in each of the eight bytes at `position` that is a quotation mark, a
    /// backslash, a control character or not ASCII. Bits after the first set bit may be wrong.
    @inline(__always)
    private func specialBytes(at position: Int) -> UInt64 {
        let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        let quote = word ^ Self.repeated(UInt8(ascii: "\""))
        let backslash = word ^ Self.repeated(UInt8(ascii: "\\"))
        let isZero = (quote &- Self.repeated(1)) & ~quote | (backslash &- Self.repeated(1)) & ~backslash
        return (isZero | (word &- Self.repeated(0x20)) | word) & Self.repeated(0x80)
    }

    private static func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
}
