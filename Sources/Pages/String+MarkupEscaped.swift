extension String {
    /// The text with the five characters of HTML and XML markup as entities.
    ///
    /// Works on bytes. The escaping of swift-mustache 2.1.1 works on characters, and misses a quotation mark that is followed by
    /// a combining character: the two are one character for Swift.
    var markupEscaped: String {
        guard utf8.contains(where: { Self.entity($0) != nil }) else { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count + 64)
        for byte in utf8 {
            if let entity = Self.entity(byte) {
                entity.withUTF8Buffer { bytes.append(contentsOf: $0) }
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func entity(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
