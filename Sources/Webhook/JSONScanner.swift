internal import Foundation

/// Moves through a JSON text (RFC 8259) and throws if the text is malformed or exceeds the limits of `JSONExcerpt`.
/// Builds no values.
struct JSONScanner {
    private let text: UnsafeRawPointer
    private let count: Int
    private(set) var position = 0
    private var depth = 0
    private var hasSeenEscape = false

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text.baseAddress ?? UnsafeRawPointer(("" as StaticString).utf8Start)
        count = text.count
    }

    /// The byte at the position; at the end 0, which never occurs in JSON.
    @inline(__always)
    var next: UInt8 { position < count ? text.load(fromByteOffset: position, as: UInt8.self) : 0 }

    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text + range.lowerBound, count: range.count)
    }

    /// Whether the string at `range`, which includes the quotation marks, is `name`.
    @inline(__always)
    func text(_ range: Range<Int>, equals name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount + 2 else { return false }
        return memcmp(text + range.lowerBound + 1, name.utf8Start, name.utf8CodeUnitCount) == 0
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
    @inline(__always)
    mutating func enter() throws(Malformed) {
        depth += 1
        guard depth <= JSONExcerpt.deepest else { throw Malformed("the payload is nested too deeply") }
        position += 1
    }

    /// Moves to the next member of the object and returns `true`, or moves past the end of the object and returns
    /// `false`.
    @inline(__always)
    mutating func nextMember(isFirst: Bool) throws(Malformed) -> Bool {
        try !isClosed(isObject: true, isFirst: isFirst)
    }

    /// Skips the name of a member and the colon, and returns the range of the name. Rejects a name with an escape,
    /// which could be the name of a member to read.
    mutating func name() throws(Malformed) -> Range<Int> {
        hasSeenEscape = false
        let name = try memberName()
        guard !hasSeenEscape else { throw Malformed("the payload has an escaped member name") }
        return name
    }

    /// Skips the value at the position, with all values inside. Most of a payload is skipped, so for speed this function works on
    /// a copy, which the compiler keeps in registers, and does not call itself.
    mutating func skipValue() throws(Malformed) {
        var scanner = self
        let outside = depth
        // A bit per open container, the innermost lowest: 1 for an object, 0 for an array. `deepest` is at most 64.
        var kinds: UInt64 = 0
        while true {
            switch scanner.next {
            case UInt8(ascii: "{"):
                if try scanner.enter(&kinds, isObject: true) { continue }
            case UInt8(ascii: "["):
                if try scanner.enter(&kinds, isObject: false) { continue }
            default: try scanner.skipScalar()
            }
            while scanner.depth > outside, try scanner.isClosed(isObject: kinds & 1 == 1, isFirst: false) {
                kinds >>= 1
            }
            guard scanner.depth > outside else { break }
            if kinds & 1 == 1 { _ = try scanner.memberName() }
        }
        self = scanner
    }

    /// Enters an object or array and moves to its first value. If the object or array is empty, moves past its end and
    /// returns `false`.
    @inline(__always)
    private mutating func enter(_ kinds: inout UInt64, isObject: Bool) throws(Malformed) -> Bool {
        try enter()
        guard try !isClosed(isObject: isObject, isFirst: true) else { return false }
        kinds = kinds << 1 | (isObject ? 1 : 0)
        if isObject { _ = try memberName() }
        return true
    }

    /// Skips a value other than an object or an array.
    @inline(__always)
    private mutating func skipScalar() throws(Malformed) {
        switch next {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "t"): try skip("true")
        case UInt8(ascii: "f"): try skip("false")
        case UInt8(ascii: "n"): try skip("null")
        default: try skipNumber()
        }
    }

    /// Throws if anything but white space follows.
    mutating func finish() throws(Malformed) {
        skipWhitespace()
        guard position == count else { throw notJSON }
    }

    private var notJSON: Malformed { Malformed("the payload is not JSON") }

    /// Skips the name of a member, the colon and the white space around the colon. Returns the range of the name.
    @inline(__always)
    private mutating func memberName() throws(Malformed) -> Range<Int> {
        guard next == UInt8(ascii: "\"") else { throw notJSON }
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
        try !isClosed(isObject: false, isFirst: isFirst)
    }

    /// Moves past the closing bracket and returns `true`, or moves to the next element and returns `false`.
    @inline(__always)
    private mutating func isClosed(isObject: Bool, isFirst: Bool) throws(Malformed) -> Bool {
        skipWhitespace()
        if next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
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
        guard end <= count, memcmp(text + position, literal.utf8Start, literal.utf8CodeUnitCount) == 0
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

    /// Skips the plain characters of a string, sixteen at a time, as most of a payload is URLs. Stops at a quotation mark,
    /// a backslash, a control character, a byte that is not ASCII (negative as a signed number), or near the end.
    @inline(__always)
    private mutating func skipPlainCharacters() {
        while position &+ 16 <= count {
            let bytes = text.loadUnaligned(fromByteOffset: position, as: SIMD16<Int8>.self)
            let halves =
                unsafeBitCast(bytes .== SIMD16<Int8>(repeating: 0x22), to: SIMD2<UInt64>.self)
                | unsafeBitCast(bytes .== SIMD16<Int8>(repeating: 0x5c), to: SIMD2<UInt64>.self)
                | unsafeBitCast(bytes .< SIMD16<Int8>(repeating: 0x20), to: SIMD2<UInt64>.self)
            if halves[0] != 0 {
                position &+= UInt64(littleEndian: halves[0]).trailingZeroBitCount >> 3
                return
            }
            if halves[1] != 0 {
                position &+= 8 &+ UInt64(littleEndian: halves[1]).trailingZeroBitCount >> 3
                return
            }
            position &+= 16
        }
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
}
