/// A text of at most 32 bytes, which a few instructions compare.
struct ShortText {
    fileprivate let bytes: [UInt8]
    fileprivate let words: SIMD4<UInt64>
    fileprivate let mask: SIMD4<UInt64>

    init(_ text: String) {
        bytes = Array(text.utf8)
        var (words, mask) = (SIMD4<UInt64>.zero, SIMD4<UInt64>.zero)
        for (index, byte) in bytes.enumerated() {
            words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
            mask[index / 8] |= 0xff << UInt64(index % 8 * 8)
        }
        (self.words, self.mask) = (words, mask)
    }
}

extension Span<UInt8> {
    /// Returns the index after `text` if that is at `start`, and `nil` otherwise.
    func end(of text: ShortText, at start: Int) -> Int? {
        guard start + 32 <= count else { return contains(text.bytes, at: start) ? start + text.bytes.count : nil }
        let found = SIMD4(word(at: start), word(at: start + 8), word(at: start + 16), word(at: start + 24))
        let difference = (found & text.mask) ^ text.words
        guard difference[0] | difference[1] | difference[2] | difference[3] == 0 else { return nil }
        return start + text.bytes.count
    }
}
