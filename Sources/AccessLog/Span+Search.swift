internal import Foundation

extension Span<UInt8> {
    /// Returns the index of the first `byte` from `start` on; `nil` if there is none.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        withUnsafeBufferPointer { buffer in
            guard start < buffer.count, let base = UnsafeRawPointer(buffer.baseAddress),
                let found = memchr(base + start, Int32(byte), buffer.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Returns whether `bytes` are at `start`.
    func contains(_ bytes: [UInt8], at start: Int) -> Bool {
        guard count - start >= bytes.count else { return false }
        return withUnsafeBufferPointer { buffer in
            bytes.withUnsafeBufferPointer { bytes in
                guard let base = buffer.baseAddress, let other = bytes.baseAddress else { return false }
                return memcmp(base + start, other, bytes.count) == 0
            }
        }
    }

    /// Returns whether `word` is somewhere in the bytes.
    func contains(_ word: [UInt8]) -> Bool {
        guard let first = word.first else { return true }
        var start = 0
        while let index = firstIndex(of: first, from: start) {
            if contains(word, at: index) { return true }
            start = index + 1
        }
        return false
    }

    /// Returns the index of the first quotation mark, backslash or control character below 0x20 from `start` on; `nil` if there
    /// is none.
    ///
    /// - Parameter isASCII: set to false if a byte before that is not ASCII.
    func firstBreak(from start: Int, _ isASCII: inout Bool) -> Int? {
        var index = start
        while index + 8 <= count {
            let word = word(at: index)
            // graphics.stanford.edu/~seander/bithacks.html, "Determine if a word has a byte less than n": the lowest byte that is
            // found is one, and higher ones may not be.
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5c5c_5c5c_5c5c_5c5c
            let found =
                ((quote &- 0x0101_0101_0101_0101) & ~quote) | ((backslash &- 0x0101_0101_0101_0101) & ~backslash)
                | ((word &- 0x2020_2020_2020_2020) & ~word)
            let place = (found & 0x8080_8080_8080_8080).trailingZeroBitCount & ~7
            // A shift by 64 bits gives 0.
            if word & 0x8080_8080_8080_8080 & ~(UInt64.max << UInt64(place)) != 0 { isASCII = false }
            guard place == 64 else { return index + place / 8 }
            index += 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
            if byte >= 0x80 { isASCII = false }
            index += 1
        }
        return nil
    }

    /// Returns a hash of the bytes in `range`.
    func hash(_ range: Range<Int>) -> UInt64 {
        var hash = UInt64(range.count)
        var index = range.lowerBound
        func add(_ word: UInt64) {
            hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 29
        }
        while index + 8 <= range.upperBound {
            add(word(at: index))
            index += 8
        }
        var rest: UInt64 = 0
        while index < range.upperBound {
            rest = rest << 8 | UInt64(self[index])
            index += 1
        }
        add(rest)
        return hash
    }

    /// Returns the eight bytes from `index` on, the first one lowest.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index + 8 <= count)
        return UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
    }
}
