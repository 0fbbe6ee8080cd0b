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

    /// Returns whether the bytes in `range` of `bytes` are at `start`.
    func contains(_ bytes: [UInt8], _ range: Range<Int>, at start: Int) -> Bool {
        guard count - start >= range.count else { return false }
        return withUnsafeBufferPointer { buffer in
            bytes.withUnsafeBufferPointer { bytes in
                guard let base = buffer.baseAddress, let other = bytes.baseAddress else { return false }
                return memcmp(base + start, other + range.lowerBound, range.count) == 0
            }
        }
    }

    /// Returns whether `word` is somewhere in the bytes.
    func contains(_ word: [UInt8]) -> Bool {
        guard let first = word.first else { return true }
        var start = 0
        while let index = firstIndex(of: first, from: start) {
            if contains(word, 0..<word.count, at: index) { return true }
            start = index + 1
        }
        return false
    }

    /// Whether all bytes are ASCII, and none is a control character below 0x20; and whether one is a backslash.
    var content: (isPlain: Bool, hasBackslash: Bool) {
        withUnsafeBytes { bytes in
            var (other, backslash): (UInt64, UInt64) = (0, 0)
            func look(at word: UInt64) {
                // graphics.stanford.edu/~seander/bithacks.html, "Determine if a word has a byte less than n"
                other |= word | ((word &- 0x2020_2020_2020_2020) & ~word)
                let difference = word ^ 0x5c5c_5c5c_5c5c_5c5c
                backslash |= (difference &- 0x0101_0101_0101_0101) & ~difference
            }
            var index = 0
            while index + 8 <= bytes.count {
                look(at: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                index += 8
            }
            while index < bytes.count {
                look(at: UInt64(bytes[index]) | 0x2020_2020_2020_2000)
                index += 1
            }
            let high: UInt64 = 0x8080_8080_8080_8080
            return (other & high == 0, backslash & high != 0)
        }
    }
}
