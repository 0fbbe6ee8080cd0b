import Foundation
import Testing

@testable import Webhook

/// A published example of a keyed digest.
struct Vector: CustomTestStringConvertible, Sendable {
    let name: String
    let algorithm: Signature.Algorithm
    let key: [UInt8]
    let body: [UInt8]
    /// The digest in hexadecimal, truncated if the specification truncates it.
    let digest: String

    var testDescription: String { name }

    private init(_ name: String, _ algorithm: Signature.Algorithm, key: [UInt8], body: [UInt8], digest: String) {
        self.name = name
        self.algorithm = algorithm
        self.key = key
        self.body = body
        self.digest = digest
    }

    private init(_ name: String, _ algorithm: Signature.Algorithm, key: [UInt8], body: String, digest: String) {
        self.init(name, algorithm, key: key, body: Array(body.utf8), digest: digest)
    }

    /// RFC 2202 §3, HMAC-SHA-1.
    static let rfc2202 = [
        Vector(
            "RFC 2202, 1", .sha1, key: [UInt8](repeating: 0x0b, count: 20), body: "Hi There",
            digest: "b617318655057264e28bc0b6fb378c8ef146be00"),
        Vector(
            "RFC 2202, 2", .sha1, key: Array("Jefe".utf8), body: "what do ya want for nothing?",
            digest: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        Vector(
            "RFC 2202, 3", .sha1, key: [UInt8](repeating: 0xaa, count: 20), body: [UInt8](repeating: 0xdd, count: 50),
            digest: "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
        Vector(
            "RFC 2202, 4", .sha1, key: Array(0x01...0x19), body: [UInt8](repeating: 0xcd, count: 50),
            digest: "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
        Vector(
            "RFC 2202, 5", .sha1, key: [UInt8](repeating: 0x0c, count: 20), body: "Test With Truncation",
            digest: "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
        Vector(
            "RFC 2202, 6", .sha1, key: [UInt8](repeating: 0xaa, count: 80),
            body: "Test Using Larger Than Block-Size Key - Hash Key First",
            digest: "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
        Vector(
            "RFC 2202, 7", .sha1, key: [UInt8](repeating: 0xaa, count: 80),
            body: "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data",
            digest: "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"),
    ]

    /// RFC 4231 §4, HMAC-SHA-256.
    static let rfc4231 = [
        Vector(
            "RFC 4231, 1", .sha256, key: [UInt8](repeating: 0x0b, count: 20), body: "Hi There",
            digest: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            "RFC 4231, 2", .sha256, key: Array("Jefe".utf8), body: "what do ya want for nothing?",
            digest: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            "RFC 4231, 3", .sha256, key: [UInt8](repeating: 0xaa, count: 20),
            body: [UInt8](repeating: 0xdd, count: 50),
            digest: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            "RFC 4231, 4", .sha256, key: Array(0x01...0x19), body: [UInt8](repeating: 0xcd, count: 50),
            digest: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            "RFC 4231, 5", .sha256, key: [UInt8](repeating: 0x0c, count: 20), body: "Test With Truncation",
            digest: "a3b6167473100ee06e0c796c2955552b"),
        Vector(
            "RFC 4231, 6", .sha256, key: [UInt8](repeating: 0xaa, count: 131),
            body: "Test Using Larger Than Block-Size Key - Hash Key First",
            digest: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            "RFC 4231, 7", .sha256, key: [UInt8](repeating: 0xaa, count: 131),
            body: """
                This is a test using a larger than block-size key and a larger than block-size data. The key needs to \
                be hashed before being used by the HMAC algorithm.
                """,
            digest: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    /// The test values that forges publish, and the same values with SHA-1.
    static let forges = [
        Vector(
            "GitHub", .sha256, key: Array("It's a Secret to Everybody".utf8), body: "Hello, World!",
            digest: "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
        Vector(
            "Bitbucket", .sha256, key: Array("It's a Secret to Everybody".utf8), body: "Hello World!",
            digest: "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"),
        Vector(
            "GitHub, in SHA-1", .sha1, key: Array("It's a Secret to Everybody".utf8), body: "Hello, World!",
            digest: "01dc10d0c83e72ed246219cdd91669667fe2ca59"),
        Vector(
            "no body", .sha256, key: Array("It's a Secret to Everybody".utf8), body: "",
            digest: "66a0c074deaa0f489ead6537e0d32f9a344b90bbeda705b6ed45ecd3b413fb40"),
    ]
}
