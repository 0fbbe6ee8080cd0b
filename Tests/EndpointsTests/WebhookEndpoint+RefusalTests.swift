import Foundation
import Synchronization
import Testing

@testable import FastCGI
@testable import Webhook

@Suite struct `the webhook endpoint refuses` {
    @Test(arguments: [
        (Hook(body: ""), "the payload is not a JSON object"),
        (Hook(body: "[]"), "the payload is not a JSON object"),
        (Hook(body: "{\"ref\""), "the payload is not JSON"),
        (Hook(body: String(repeating: "[", count: 100_000)), "the payload is not a JSON object"),
        (
            Hook(body: "{\"x\":" + String(repeating: "[", count: 100_000)), "the payload is nested too deeply"
        ),
        (
            Hook(body: "{}"),
            "the push payload is malformed: ref, after or repository.full_name is missing or has the wrong type"
        ),
        (Hook(event: ""), "the header X-GitHub-Event is missing"),
        (Hook(id: "a b"), "the delivery id is malformed: it must be 1 to 128 letters, digits or -._:"),
        (Hook(id: "\u{202e}\n"), "the delivery id is malformed: it must be 1 to 128 letters, digits or -._:"),
        (Hook(event: "push, ping"), "the header X-GitHub-Event was sent twice"),
        (
            Hook(contentType: "application/x-www-form-urlencoded", body: "payload={}&payload={}"),
            "the form has several fields named payload"
        ),
    ])
    func `a malformed delivery with 400`(_ hook: Hook, error: String) async throws {
        let response = try await Stage().answer(to: hook)
        #expect(response.status == 400)
        #expect(response.body == #"{"error":"\#(error)"}"#)
        #expect(response.header("Bellpull-Outcome") == "malformed")
        #expect(response.header("Bellpull-Reason") == error)
    }

    @Test func `a signature sent twice with 400, even if the signature is valid`() async throws {
        let signature = try Hook.signature(of: "{}")
        let params = Params([
            "CONTENT_TYPE": "application/json", "HTTP_X_GITHUB_EVENT": "ping",
            "HTTP_X_HUB_SIGNATURE_256": signature, "HTTP_X_HUB_SIGNATURE_256": signature,
        ])
        let response = try await Stage().answer(to: Request(params: params, body: .success(Data("{}".utf8))))
        #expect(response.status == 400)
        #expect(response.body == #"{"error":"the header X-Hub-Signature-256 was sent twice"}"#)
    }

    @Test func `an unreadable body`() async throws {
        let params = try Hook().request().params
        let short = try await Stage().answer(to: Request(params: params, body: .failure(.malformed("it is short"))))
        #expect(short.status == 400)
        #expect(short.body == #"{"error":"it is short"}"#)
        let large = try await Stage().answer(to: Request(params: params, body: .failure(.tooLarge(limit: 26_214_400))))
        #expect(large.status == 413)
        #expect(large.body == #"{"error":"the body is larger than 26214400 bytes"}"#)
        #expect(large.header("Bellpull-Outcome") == "refused")
        #expect(large.header("Bellpull-Delivery") == Hook().id)
    }

    @Test(arguments: [
        Hook(contentType: "text/plain"), Hook(contentType: "multipart/form-data"), Hook(contentType: ""),
        Hook(contentEncoding: "gzip"),
    ])
    func `an unknown encoding with 415`(_ hook: Hook) async throws {
        let response = try await Stage().answer(to: hook)
        #expect(response.status == 415)
        #expect(response.header("Bellpull-Outcome") == "refused")
        #expect(response.body.hasPrefix(#"{"error":"the content type must be application/json or "#))
    }

    @Test func `an unverified delivery with 401, and always the same bytes`() async throws {
        let body = Hook.push()
        let right = try Hook.signature(of: body)
        let rightSHA1 = try Hook.signature(of: body, by: .sha1)
        let zeros = "sha256=" + String(repeating: "0", count: 64)
        let unproven: [(sha256: String, sha1: String)] = [
            ("", ""), ("sha256=", ""), (String(right.dropLast()), ""), ("\(right)0", ""), (zeros, ""), ("x", ""),
            (right.replacing("sha256", with: "sha512"), ""), (String(right.dropFirst(7)), ""), (rightSHA1, ""),
            (String(right.dropLast()) + "g", ""), ("", "sha1="), ("", right), (zeros, rightSHA1), ("x", rightSHA1),
            (try Hook.signature(of: body + " "), ""), (try Hook.signature(of: body, secret: "another secret"), ""),
            ("", try Hook.signature(of: body + " ", by: .sha1)),
        ]
        let stage = try Stage()
        for (index, signatures) in unproven.enumerated() {
            let hook = Hook(event: index % 2 == 0 ? "push" : "ping", id: "id-\(index)", signatures: signatures)
            let response = try await stage.answer(to: hook)
            #expect(
                response.serialized == """
                    Status: 401 Unauthorized\r
                    Content-Type: application/json\r
                    Content-Length: 45\r
                    Bellpull-Outcome: rejected\r
                    \r
                    {"error":"the signature is missing or wrong"}
                    """, "\(signatures)")
        }
        #expect(stage.log.lines.count == unproven.count)
    }

    @Test func `an unverified delivery with a line in the log that has the sender's address`() async throws {
        let stage = try Stage()
        for (address, name) in [
            ("192.0.2.7", "X_GITHUB_EVENT"), ("2001:db8::7\n", "X_NOBODY_EVENT"), ("", "X_GITEE_EVENT"),
        ] {
            let params = Params([
                "REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json", "HTTP_\(name)": "push",
                "REMOTE_ADDR": address, "HTTP_REMOTE_ADDR": "192.0.2.8",
            ])
            #expect(await stage.answer(to: Request(params: params, body: .success(Data("{}".utf8)))).status == 401)
        }
        let lines = stage.log.lines
        try #require(lines.count == 3)
        #expect(lines[0].contains(" remote=192.0.2.7 duration_ms="))
        #expect(lines[1].contains(#" remote="2001:db8::7\u{a}" duration_ms="#))
        #expect(!lines[2].contains("remote="))
    }

    @Test func `a delivery with only SHA-1 if SHA-1 is off`() async throws {
        let sha1 = try Hook.signature(of: "{}", by: .sha1)
        let hook = Hook(event: "ping", body: "{}", signatures: (sha256: "", sha1: sha1))
        #expect(try await Stage().answer(to: hook).status == 200)
        #expect(try await Stage(forge: GitHub(acceptsSHA1: false)).answer(to: hook).status == 401)
    }

    @Test func `an unverified delivery without decoding it`() async throws {
        /// GitHub, with a count of decoded deliveries.
        final class Counting: Forge {
            private let decoded = Atomic(0)

            var count: Int { decoded.load(ordering: .relaxed) }

            func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery { try GitHub().delivery(header) }

            func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
                decoded.add(1, ordering: .relaxed)
                return try GitHub().event(of: delivery, in: verified)
            }
        }
        let forge = Counting()
        let stage = try Stage(forge: forge)
        for signature in ["", "x", try Hook.signature(of: "another body")] {
            _ = try await stage.answer(to: Hook(event: "ping", signatures: (sha256: signature, sha1: "")))
        }
        #expect(forge.count == 0)
        _ = try await stage.answer(to: Hook(event: "ping"))
        #expect(forge.count == 1)
    }
}
