import Foundation
import Testing

@testable import Webhook

@Suite struct `a standard signature` {
    /// The example of the reference libraries (github.com/standard-webhooks/standard-webhooks).
    private enum Example {
        static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
        static let timestamp = "1614265330"
        static let body = Data(#"{"test": 2432232314}"#.utf8)
        static let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        static let time = Date(timeIntervalSince1970: 1_614_265_330)
    }

    private static let zeros = "v1,\(Data(count: 32).base64EncodedString())"

    private func isVerified(
        _ signatures: String = Example.signature, id: String? = Example.id, timestamp: String? = Example.timestamp,
        body: Data = Example.body, secret: String = Example.secret, at now: Date = Example.time
    ) throws -> Bool {
        guard let signature = StandardSignature(id: id, timestamp: timestamp, signatures: signatures) else {
            return false
        }
        return try Secret(secret).verifies(.standard(signature), of: body, at: now)
    }

    @Test func `of the published example is verified`() throws {
        #expect(try isVerified())
    }

    @Test func `with any one-bit change is not verified`() throws {
        let digest = try #require(Data(base64Encoded: String(Example.signature.dropFirst(3))))
        let rejected = try Array(digest).oneBitChanges.count { try !isVerified("v1,\(Data($0).base64EncodedString())") }
        #expect(rejected == 256)
    }

    @Test func `signs the id, the time and the body`() throws {
        let id = try Array(Example.id.utf8).oneBitChanges.count {
            try isVerified(id: String(decoding: $0, as: UTF8.self))
        }
        #expect(id == 0)
        #expect(try !isVerified(id: nil))
        #expect(try !isVerified(timestamp: nil))
        #expect(try !isVerified(timestamp: "1614265331"))
        #expect(try !isVerified(body: Example.body.dropLast()))
        let body = try Array(Example.body).oneBitChanges.count { try isVerified(body: Data($0)) }
        #expect(body == 0)
    }

    @Test func `fixes the bounds between id, time and body`() throws {
        // All of these sign the same bytes.
        #expect(try !isVerified(id: "", timestamp: Example.timestamp, body: Data("\(Example.id).".utf8) + Example.body))
        #expect(try !isVerified(id: "\(Example.id).\(Example.timestamp)", timestamp: "", body: Example.body))
        let key = try #require(Data(base64Encoded: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let digest = HMACKey(Array(key), .sha256).digest(of: Data("a.1.1614265330.{}".utf8))
        let signature = "v1,\(Data(digest).base64EncodedString())"
        #expect(try !isVerified(signature, id: "a.1", body: Data("{}".utf8)))
    }

    @Test func `needs the key in the signing token`() throws {
        #expect(try !isVerified(secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        #expect(try !isVerified(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"))
        #expect(try !isVerified(secret: "whsec_AAAA"))
    }

    @Test(arguments: [0, 1, -1, 299, -299, 300, -300])
    func `is accepted within five minutes in either direction`(_ seconds: Double) throws {
        #expect(try isVerified(at: Example.time + seconds))
    }

    @Test(arguments: [301, -301, 86_400, -86_400, 1e12, -1e12])
    func `is rejected outside of five minutes`(_ seconds: Double) throws {
        #expect(try !isVerified(at: Example.time + seconds))
    }

    @Test func `may be at any place among several`() throws {
        let future = "v2,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw=="
        for others in [Self.zeros, "\(Self.zeros) \(Self.zeros)", future, "v1,x", "x", "v1"] {
            #expect(try isVerified("\(Example.signature) \(others)"), "\(others)")
            #expect(try isVerified("\(others) \(Example.signature)"), "\(others)")
            #expect(try isVerified("\(others) \(Example.signature) \(others)"), "\(others)")
            #expect(try !isVerified(others), "\(others)")
        }
    }

    @Test(arguments: [
        "", " ", ",", "v1", "v1,", "v1,=", "v1,AAAA", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1=g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", "v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1, g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=,", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=AAAA",
    ])
    func `in another form is malformed`(_ signatures: String) {
        #expect(StandardSignature(id: "a", timestamp: "1", signatures: signatures) == nil)
    }

    @Test(arguments: [
        "", " ", "x", "-1", "+1", "1.0", "1e9", "0x1", " 1", "1 ", "1\n", "１", "1614265330000",
        "9999999999999999999999",
    ])
    func `with a malformed time is malformed`(_ timestamp: String) {
        #expect(StandardSignature(id: "a", timestamp: "1", signatures: Self.zeros) != nil)
        #expect(StandardSignature(id: "a", timestamp: timestamp, signatures: Self.zeros) == nil)
    }

    @Test func `is read within 50 ms among 1000 others`() {
        let many = String(repeating: "\(Self.zeros) ", count: 1000)
        // The fastest of several: other tests run at the same time.
        let durations = (1...10).map { _ in
            ContinuousClock().measure {
                #expect(StandardSignature(id: "a", timestamp: "1", signatures: many)?.digests.count == 1000)
            }
        }
        #expect(durations.contains { $0 < .milliseconds(50) }, "\(durations)")
    }
}
