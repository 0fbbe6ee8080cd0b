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

    @Test func `is not in its description`() throws {
        let secret = try Secret(Self.text)
        let shown = ["\(secret)", String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)"]
        #expect(shown == ["(secret)", "(secret)", "[(secret)]", "Optional((secret))"])
    }

    @Test(arguments: Vector.rfc2202 + Vector.rfc4231 + Vector.forges)
    func `computes the published digests`(_ vector: Vector) {
        let digest = Secret(key: vector.key).digest(of: Data(vector.body), by: vector.algorithm)
        #expect(digest.count == vector.algorithm.digestLength)
        #expect(hexadecimal(digest).hasPrefix(vector.digest))
    }

    @Test(arguments: Vector.forges)
    func `verifies its own signature`(_ vector: Vector) throws {
        let header = "\(vector.algorithm.rawValue)=\(vector.digest)"
        let signature = try #require(Signature(header: header, algorithm: vector.algorithm))
        #expect(Secret(key: vector.key).verifies(.signature(signature), of: Data(vector.body), at: Date()))
    }

    @Test func `does not verify a signature of another body or by another secret`() throws {
        let vector = try #require(Vector.forges.first)
        let signature = try #require(Signature(header: "sha256=\(vector.digest)", algorithm: .sha256))
        let secret = try Secret(Self.text)
        let others = ["", "Hello, World", "Hello, World! ", "hello, World!", "Hello, World!\0", "\0Hello, World!"]
        for other in others {
            #expect(!secret.verifies(.signature(signature), of: Data(other.utf8), at: Date()), "\(other)")
        }
        for other in ["\(Self.text) ", "it's a Secret to Everybody", "\(Self.text)\n"] {
            let other = try Secret(other)
            #expect(!other.verifies(.signature(signature), of: Data(vector.body), at: Date()))
        }
    }

    @Test(arguments: [Signature.Algorithm.sha256, .sha1])
    func `verifies no one-bit change of a signature`(_ algorithm: Signature.Algorithm) throws {
        let secret = try Secret(Self.text)
        let body = Data("Hello, World!".utf8)
        let digest = secret.digest(of: body, by: algorithm)
        func isVerified(_ digest: [UInt8]) throws -> Bool {
            let header = "\(algorithm.rawValue)=\(hexadecimal(digest))"
            let signature = try #require(Signature(header: header, algorithm: algorithm))
            return secret.verifies(.signature(signature), of: body, at: Date())
        }
        try #require(try isVerified(digest))
        let rejected = try digest.oneBitChanges.count { try !isVerified($0) }
        #expect(rejected == (algorithm == .sha1 ? 160 : 256))
    }

    @Test(arguments: [
        "x", "It's a Secret to Everybody", "\u{e9}\u{20ac}", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        String(repeating: "x", count: 200),
    ])
    func `verifies an equal token and no other token`(_ text: String) throws {
        let secret = try Secret("\(text)y")
        let bytes = Array("\(text)y".utf8)
        func verifies(_ token: [UInt8]) -> Bool {
            secret.verifies(.token(SecretToken(bytes: Data(token))), of: Data(), at: Date())
        }
        #expect(verifies(bytes))
        #expect(bytes.oneBitChanges.count { !verifies($0) } == 8 * bytes.count)
        for other in [[], bytes.dropLast(), bytes + [0], [0] + bytes, bytes + bytes] { #expect(!verifies(other)) }
    }

    @Test func `does not verify a token that is an equal key for HMAC`() throws {
        // HMAC pads keys with zeros to a block (RFC 2104 §2): the two tokens differ, but are equal as keys.
        let secret = try Secret("secret")
        #expect(secret.verifies(.token(SecretToken(bytes: Data("secret".utf8))), of: Data(), at: Date()))
        #expect(!secret.verifies(.token(SecretToken(bytes: Data("secret\0".utf8))), of: Data(), at: Date()))
    }

    @Test(arguments: [
        "whsec_", "whsec_=", "whsec_!", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ 9r8G", "whsec_AAAAA",
        "whsec_AAAAAA=", "whsec_AAAAAB",
    ])
    func `that starts like a signing token must be a signing token`(_ text: String) {
        let weakness: Secret.Weakness = text == "whsec_" ? .tooShort : .notBase64
        #expect(throws: weakness) { try Secret(text) }
    }

    @Test(arguments: [("whsec_AAECAw", "whsec_AAECAw=="), ("whsec_AAECAwQ", "whsec_AAECAwQ=")])
    func `in a signing token may lack the padding`(_ bare: String, _ padded: String) throws {
        let now = Date(timeIntervalSince1970: 1_614_265_330)
        let key = HMACKey(padded == "whsec_AAECAw==" ? [0, 1, 2, 3] : [0, 1, 2, 3, 4], .sha256)
        let digest = Data(key.digest(of: Data("body".utf8), after: "id.1614265330.")).base64EncodedString()
        let signature = try #require(
            StandardSignature(id: "id", timestamp: "1614265330", signatures: "v1,\(digest)"))
        for secret in [bare, padded] {
            #expect(try Secret(secret).verifies(.standard(signature), of: Data("body".utf8), at: now), "\(secret)")
            #expect(try Secret(secret).verifies(.token(SecretToken(bytes: Data(secret.utf8))), of: Data(), at: now))
        }
    }

    @Test func `in a signing token is as weak as its key`() throws {
        #expect(throws: Secret.Weakness.tooShort) { try Secret("whsec_AA==") }
        #expect(try Secret("whsec_AAAAAAAAAAAAAAAAAAAA").isWeak)
        #expect(try !Secret("whsec_AAAAAAAAAAAAAAAAAAAAAA==").isWeak)
    }

    @Test func `verifies nothing without authentication`() throws {
        let secret = try Secret(Self.text)
        for authentication in [Delivery.Authentication.missing, .unsignedPing, .unreadable] {
            #expect(!secret.verifies(authentication, of: Data(), at: Date()))
        }
    }
}
