internal import Foundation

/// Tests whether the time of a verification depends on the number of correct bytes in a forged signature or token. Uses
/// the method of dudect (Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?", 2017): two classes of
/// forgeries in random order, and Welch's t-test on their times. The test must also detect a comparison that leaks.
@main
struct ConstantTime {
    private static let text = "It's a Secret to Everybody"
    private static let secret = Secret(key: Array(text.utf8), standard: Array(0...31))
    private static let body = Data("Hello, World!".utf8)
    private static let now = Date(timeIntervalSince1970: 1_614_265_330)

    static func main() {
        let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
        let sha1 = secret.digest(of: body, by: .sha1)
        let sha256 = secret.digest(of: body, by: .sha256)
        let standard = HMACKey(Array(0...31), .sha256).digest(of: body, after: "a.1614265330.")
        let results = [
            WelchTest("SHA-256", right: sha256) { .signature(Signature(.sha256, $0)) }.isPassed(count, isVerified),
            WelchTest("SHA-1", right: sha1) { .signature(Signature(.sha1, $0)) }.isPassed(count, isVerified),
            WelchTest("standard signature", right: standard) { .standard(StandardSignature($0)) }
                .isPassed(count, isVerified),
            WelchTest("token", right: Array(text.utf8)) { .token(SecretToken(bytes: Data($0))) }
                .isPassed(count, isVerified),
            !WelchTest("a comparison that leaks", right: sha256) { $0 }.isPassed(count, isEqual),
        ]
        guard results.allSatisfy({ $0 }) else {
            print("the time of a verification depends on the forgery, or the test does not detect a leak")
            exit(1)
        }
    }

    private static func isVerified(_ authentication: Delivery.Authentication) -> Bool {
        secret.verifies(authentication, of: body, at: now)
    }

    /// A verification that leaks: the comparison ends at the first difference.
    private static func isEqual(_ digest: [UInt8]) -> Bool {
        let right = secret.digest(of: body, by: .sha256)
        for index in right.indices where right[index] != digest[index] { return false }
        return true
    }
}

extension Signature {
    fileprivate init(_ algorithm: Algorithm, _ digest: [UInt8]) {
        let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        guard let signature = Signature(header: "\(algorithm.rawValue)=\(hex)", algorithm: algorithm) else {
            preconditionFailure("no signature")
        }
        self = signature
    }
}

extension StandardSignature {
    fileprivate init(_ digest: [UInt8]) {
        let signatures = "v1,\(Data(digest).base64EncodedString())"
        guard let signature = StandardSignature(id: "a", timestamp: "1614265330", signatures: signatures) else {
            preconditionFailure("no signature")
        }
        self = signature
    }
}
