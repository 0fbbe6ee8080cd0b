import Testing

@testable import Webhook

@Suite struct `a signature` {
    private static let sha1 = "0123456789abcdef0123456789abcdef01234567"
    private static let sha256 = "00ff0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab"

    @Test func `is an algorithm and a digest in hexadecimal`() throws {
        let signature = try #require(Signature(header: "sha256=\(Self.sha256)", algorithm: .sha256))
        #expect(signature.algorithm == .sha256)
        #expect(signature.digest.count == 32)
        #expect(signature.digest.prefix(4) == [0x00, 0xff, 0x01, 0x23])
        #expect(signature.digest.suffix(2) == [0x89, 0xab])
    }

    @Test func `is 20 bytes of SHA-1 if requested`() throws {
        let signature = try #require(Signature(header: "sha1=\(Self.sha1)", algorithm: .sha1))
        #expect(signature.algorithm == .sha1)
        #expect(signature.digest.count == 20)
        #expect(signature.digest.prefix(3) == [0x01, 0x23, 0x45])
    }

    @Test func `is equal in upper case`() throws {
        let lower = try #require(Signature(header: "sha256=\(Self.sha256)", algorithm: .sha256))
        #expect(Signature(header: "sha256=\(Self.sha256.uppercased())", algorithm: .sha256) == lower)
    }

    @Test func `of another algorithm is malformed`() {
        #expect(Signature(header: "sha1=\(Self.sha1)", algorithm: .sha256) == nil)
        #expect(Signature(header: "sha256=\(Self.sha256)", algorithm: .sha1) == nil)
        #expect(Signature(header: "sha256=\(Self.sha1)", algorithm: .sha256) == nil)
        #expect(Signature(header: "sha1=\(Self.sha256)", algorithm: .sha1) == nil)
        #expect(Signature(header: "sha512=\(Self.sha256)", algorithm: .sha256) == nil)
        #expect(Signature(header: "md5sum=\(Self.sha256)", algorithm: .sha256) == nil)
    }

    @Test func `is a bare digest if requested`() throws {
        let prefixed = try #require(Signature(header: "sha256=\(Self.sha256)", algorithm: .sha256))
        #expect(Signature(sha256: Self.sha256) == prefixed)
        #expect(Signature(sha256: Self.sha256.uppercased()) == prefixed)
        for header in [
            "", "sha256=\(Self.sha256)", Self.sha1, String(Self.sha256.dropLast()), "\(Self.sha256)0",
            "\(Self.sha256.dropLast())g", "\(Self.sha256.dropLast(2))é", " \(Self.sha256.dropLast())",
        ] { #expect(Signature(sha256: header) == nil, "\(header)") }
    }

    @Test(arguments: [
        "", "=", "sha256", "sha256=", "\(sha256)", "=\(sha256)",
        "sha256=\(sha256.dropLast())", "sha256=\(sha256.dropLast(2))", "sha256=\(sha256)0", "sha256=\(sha256)00",
        "sha256=g\(sha256.dropFirst())", "sha256=\(sha256.dropLast())g", "sha256=\(sha256.dropLast())`",
        "sha256=\(sha256.dropLast())/", "sha256=\(sha256.dropLast()):", "sha256=\(sha256.dropLast())@",
        "sha256=\(sha256.dropLast())G", "sha256=+\(sha256.dropFirst())", "sha256=0x\(sha256.dropFirst(2))",
        "sha256=\(sha256.dropLast()) ", "sha256= \(sha256.dropLast())", " sha256=\(sha256)", "sha256=\(sha256)\n",
        "sha256 \(sha256)", "sha256:\(sha256)", "SHA256=\(sha256)", "sha256=\(sha256),sha256=\(sha256)",
        // Digits of Unicode outside ASCII, and a text of the expected length in bytes.
        "sha256=\(sha256.dropLast(3))\u{ff10}", "sha256=\(sha256.dropLast(2))\u{e9}",
    ])
    func `in any other form is malformed`(_ header: String) {
        #expect(Signature(header: header, algorithm: .sha256) == nil)
    }
}
