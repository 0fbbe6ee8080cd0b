extension [UInt8] {
    /// All that differ from these bytes in one bit.
    var oneBitChanges: [[UInt8]] {
        (0..<8 * count).map { bit in
            var changed = self
            changed[bit / 8] ^= 1 << (bit % 8)
            return changed
        }
    }
}

/// `bytes` in hexadecimal, two lower-case digits each.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
