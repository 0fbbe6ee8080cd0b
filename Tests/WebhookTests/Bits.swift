extension [UInt8] {
    /// All byte arrays that differ from this array in one bit.
    var oneBitChanges: [[UInt8]] {
        (0..<8 * count).map { bit in
            var changed = self
            changed[bit / 8] ^= 1 << (bit % 8)
            return changed
        }
    }
}

/// Returns `bytes` in hexadecimal, with two lower-case digits per byte.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
