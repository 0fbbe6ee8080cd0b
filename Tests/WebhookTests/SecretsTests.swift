import Foundation
import Testing

@testable import Webhook

@Suite struct `a pair of secrets` {
    private static let tokens = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2VjcmV0LW9mLWEtcm90YXRlZC1lbmRwb2ludA=="
    )
    private static let body = Data("Hello, World!".utf8)
    private static let now = Date(timeIntervalSince1970: 1_614_265_330)

    /// Returns every kind of authentication of `body` by `secret`.
    private func authentication(_ secret: String) throws -> [Delivery.Authentication] {
        let body = Self.body
        let sha1 = hexadecimal(try Secret(secret).digest(of: body, by: .sha1))
        let sha256 = hexadecimal(try Secret(secret).digest(of: body, by: .sha256))
        let key = try #require(Data(base64Encoded: String(secret.dropFirst(6))))
        let digest = HMACKey(Array(key), .sha256).digest(of: body, after: "a.1614265330.")
        let standard = "v1,\(Data(digest).base64EncodedString())"
        return [
            .signature(try #require(Signature(header: "sha1=\(sha1)", algorithm: .sha1))),
            .signature(try #require(Signature(header: "sha256=\(sha256)", algorithm: .sha256))),
            .signature(try #require(Signature(sha256: sha256))),
            .standard(
                try #require(StandardSignature(id: "a", timestamp: "1614265330", signatures: standard))),
            .token(SecretToken(bytes: Data(secret.utf8))),
        ]
    }

    private func delivery(
        _ authentication: Delivery.Authentication, forge: ForgeName = .github, encoding: Delivery.Encoding = .json
    ) -> Delivery {
        Delivery(forge: forge, id: nil, event: "push", authentication: authentication, encoding: encoding)
    }

    @Test func `verifies by either secret and returns which`() throws {
        let (new, old) = Self.tokens
        let both = Secrets(try Secret(new), previous: try Secret(old))
        for authentication in try authentication(new) {
            let verified = try #require(try both.verify(Self.body, of: delivery(authentication), at: Self.now))
            #expect(verified.by == .current)
            #expect(verified.body.bytes == Self.body)
        }
        for authentication in try authentication(old) {
            let verified = try #require(try both.verify(Self.body, of: delivery(authentication), at: Self.now))
            #expect(verified.by == .previous)
            #expect(verified.body.bytes == Self.body)
        }
    }

    @Test func `does not verify by a removed secret`() throws {
        let (new, old) = Self.tokens
        let secrets = Secrets(try Secret(new))
        for authentication in try authentication(old) {
            #expect(try secrets.verify(Self.body, of: delivery(authentication), at: Self.now) == nil)
        }
        for authentication in try authentication(new) {
            #expect(try secrets.verify(Self.body, of: delivery(authentication), at: Self.now)?.by == .current)
        }
    }

    @Test func `verifies nothing without authentication, and does not read the body`() throws {
        let secrets = Secrets(try Secret(Self.tokens.0), previous: try Secret(Self.tokens.1))
        for authentication in [Delivery.Authentication.missing, .unreadable] {
            let delivery = delivery(authentication, forge: .gitea, encoding: .form)
            #expect(try secrets.verify(Data("payload=1&payload=2".utf8), of: delivery, at: Self.now) == nil)
        }
    }

    @Test(arguments: [ForgeName.gitea, .forgejo])
    func `verifies the payload of a form if the forge signs the payload`(_ forge: ForgeName) throws {
        let secrets = Secrets(try Secret(Self.tokens.0), previous: try Secret(Self.tokens.1))
        let form = Data("payload=Hello%2C+World%21".utf8)
        for (secret, slot) in [(Self.tokens.0, Secrets.Slot.current), (Self.tokens.1, .previous)] {
            let authentication = try authentication(secret)[2]
            let delivery = delivery(authentication, forge: forge, encoding: .form)
            let verified = try #require(try secrets.verify(form, of: delivery, at: Self.now))
            #expect(verified.body.bytes == Self.body)
            #expect(verified.by == slot)
            #expect(
                try secrets.verify(Self.body + [0x20], of: self.delivery(authentication, forge: forge), at: Self.now)
                    == nil)
        }
    }

    @Test(arguments: [ForgeName.github, .gitlab, .bitbucket])
    func `verifies the whole form if the forge signs the form`(_ forge: ForgeName) throws {
        let secrets = Secrets(try Secret(Self.tokens.0))
        let form = Data("payload=Hello%2C+World%21".utf8)
        let field = delivery(try authentication(Self.tokens.0)[1], forge: forge, encoding: .form)
        #expect(try secrets.verify(form, of: field, at: Self.now) == nil)
        let digest = hexadecimal(secrets.current.digest(of: form, by: .sha256))
        let whole = delivery(.signature(try #require(Signature(sha256: digest))), forge: forge, encoding: .form)
        #expect(try secrets.verify(form, of: whole, at: Self.now)?.body.bytes == form)
    }

    @Test func `rejects a form with two signed fields`() throws {
        let secrets = Secrets(try Secret(Self.tokens.0))
        let delivery = delivery(try authentication(Self.tokens.0)[1], forge: .gitea, encoding: .form)
        let form = Data("payload=Hello%2C+World%21&payload=Hello%2C+World%21".utf8)
        #expect(throws: Malformed("the form has several fields named payload")) {
            try secrets.verify(form, of: delivery, at: Self.now)
        }
    }
}
