internal import Foundation

/// Does the time that a verified takes tell how much of a forged one is right? Dudect's method (Reparaz, Balasch, Verbauwhede,
/// "Dude, is my code constant time?", 2017): two classes of forgeries in random order, and Welch's t-test on their times.
/// A comparison that leaks is put to the same test, which has to catch it.
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
            WelchTest("SHA-256", right: sha256) { .signature(Signature(.sha256, $0)) }.isPassed(count, isProven),
            WelchTest("SHA-1", right: sha1) { .signature(Signature(.sha1, $0)) }.isPassed(count, isProven),
            WelchTest("standard signature", right: standard) { .standard(StandardSignature($0)) }
                .isPassed(count, isProven),
            WelchTest("token", right: Array(text.utf8)) { .token(Token(bytes: Data($0))) }.isPassed(count, isProven),
            !WelchTest("a comparison that leaks", right: sha256) { $0 }.isPassed(count, isEqual),
        ]
        guard results.allSatisfy({ $0 }) else {
            print("a verified's time tells how right it is, or the test does not see it where it does")
            exit(1)
        }
    }

    private static func isProven(_ authentication: Delivery.Authentication) -> Bool {
        secret.isKnown(by: authentication, of: body, at: now)
    }

    /// What a verified would be if it ended at the first difference.
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
