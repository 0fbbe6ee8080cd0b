/// A keyed digest in the headers of a delivery, such as `sha256=757107ea…`.
public struct Signature: Sendable, Equatable {
    /// The hash function of the HMAC.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// HMAC-SHA1 (RFC 2202), GitHub's older signature.
        case sha1
        /// HMAC-SHA256 (RFC 4231).
        case sha256

        /// The length of a digest in bytes.
        var digestLength: Int {
            switch self {
            case .sha1: 20
            case .sha256: 32
            }
        }
    }

    let algorithm: Algorithm
    let digest: [UInt8]

    /// Reads `<algorithm>=<hex>`, with all digits of the digest in either case. Returns `nil` for anything else.
    public init?(header: String, algorithm: Algorithm) {
        var header = header
        let digest: [UInt8]? = header.withUTF8 { text in
            let name = algorithm.rawValue.utf8
            guard text.count == name.count + 1 + 2 * algorithm.digestLength,
                text.starts(with: name), text[name.count] == UInt8(ascii: "=")
            else { return nil }
            return Hexadecimal.bytes(text[(name.count + 1)...])
        }
        guard let digest else { return nil }
        self.algorithm = algorithm
        self.digest = digest
    }

    /// Reads an HMAC-SHA256 digest in hexadecimal, with all digits in either case. Returns `nil` for anything else.
    init?(sha256 header: String) {
        var header = header
        let digest: [UInt8]? = header.withUTF8 { text in
            text.count == 2 * Algorithm.sha256.digestLength ? Hexadecimal.bytes(text[...]) : nil
        }
        guard let digest else { return nil }
        algorithm = .sha256
        self.digest = digest
    }
}
