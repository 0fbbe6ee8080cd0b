import Foundation
import Testing

@testable import Webhook

@Suite struct `a secret` {
    private static let text = "It's a Secret to Everybody"

    @Test(arguments: ["", " ", "\t", "\n", "\r\n", " \t\n ", "\u{a0}", "\u{2003}"])
    func `is not white space`(_ text: String) {
        #expect(throws: Secret.Weakness.empty) { try Secret(text) }
    }

    @Test func `is longer than one byte`() throws {
        #expect(throws: Secret.Weakness.tooShort) { try Secret("x") }
        _ = try Secret("xy")
        _ = try Secret("é")
    }

    @Test func `is weak below 16 bytes`() throws {
        #expect(try Secret("fifteen bytes..").isWeak)
        #expect(try !Secret("sixteen bytes...").isWeak)
    }

    @Test func `does not show itself`() throws {
        let secret = try Secret(Self.text)
        let shown = ["\(secret)", String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)"]
        #expect(shown == ["(secret)", "(secret)", "[(secret)]", "Optional((secret))"])
    }

    @Test(arguments: Vector.rfc2202 + Vector.rfc4231 + Vector.forges)
    func `makes the digests that are published`(_ vector: Vector) {
        let digest = Secret(key: vector.key).digest(of: Data(vector.body), by: vector.algorithm)
        #expect(digest.count == vector.algorithm.digestLength)
        #expect(hexadecimal(digest).hasPrefix(vector.digest))
    }

    @Test(arguments: Vector.forges)
    func `proves a body by its signature, and hands on these bytes`(_ vector: Vector) throws {
        let header = "\(vector.algorithm.rawValue)=\(vector.digest)"
        let signature = try #require(Signature(header: header, algorithm: vector.algorithm))
        #expect(Secret(key: vector.key).prove(Data(vector.body), by: signature)?.bytes == Data(vector.body))
    }

    @Test func `proves no other body, and nothing signed with another secret`() throws {
        let vector = try #require(Vector.forges.first)
        let signature = try #require(Signature(header: "sha256=\(vector.digest)", algorithm: .sha256))
        let secret = try Secret(Self.text)
        let others = ["", "Hello, World", "Hello, World! ", "hello, World!", "Hello, World!\0", "\0Hello, World!"]
        for other in others { #expect(secret.prove(Data(other.utf8), by: signature) == nil, "\(other)") }
        for other in ["\(Self.text) ", "it's a Secret to Everybody", "\(Self.text)\n"] {
            #expect(try Secret(other).prove(Data(vector.body), by: signature) == nil, "\(other)")
        }
    }

    @Test(arguments: [Signature.Algorithm.sha256, .sha1])
    func `refuses every one-bit change of a signature`(_ algorithm: Signature.Algorithm) throws {
        let secret = try Secret(Self.text)
        let body = Data("Hello, World!".utf8)
        let digest = secret.digest(of: body, by: algorithm)
        func isProven(by digest: [UInt8]) throws -> Bool {
            let header = "\(algorithm.rawValue)=\(hexadecimal(digest))"
            let signature = try #require(Signature(header: header, algorithm: algorithm))
            return secret.prove(body, by: signature) != nil
        }
        try #require(try isProven(by: digest))
        var refused = 0
        for bit in 0..<(8 * digest.count) {
            var changed = digest
            changed[bit / 8] ^= 1 << (bit % 8)
            if try !isProven(by: changed) { refused += 1 }
        }
        #expect(refused == (algorithm == .sha1 ? 160 : 256))
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
