import Foundation
import Testing

@testable import bellpull

@Suite struct `a notice that is tried again` {
    @Test func `waits ever longer, and is given up after seven hours`() {
        var (age, waits) = (Duration.zero, [Duration]())
        while let wait = NoticeRetries.wait(after: waits.count + 1, age: age, wish: nil) {
            waits.append(wait)
            age += wait
        }
        #expect(waits == [5, 30, 120, 600, 3600, 21_600].map { .seconds($0) })
        // Tried early, because a newer one arrived.
        #expect(NoticeRetries.wait(after: 20, age: .seconds(60), wish: nil) == .seconds(21_600))
        #expect(NoticeRetries.wait(after: 20, age: .seconds(30_000), wish: nil) == nil)
    }

    @Test func `waits for as long as the receiver wishes, up to an hour`() {
        #expect(NoticeRetries.wait(after: 1, age: .zero, wish: .seconds(77)) == .seconds(77))
        #expect(NoticeRetries.wait(after: 1, age: .zero, wish: .seconds(1)) == .seconds(5))
        #expect(NoticeRetries.wait(after: 1, age: .zero, wish: .seconds(86_400)) == .seconds(3600))
    }

    @Test(
        arguments: [
            ("120", 120), ("0", 0), ("99999999", 86_400), ("-1", nil), ("soon", nil), ("", nil), (nil, nil),
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60), ("Sun, 06 Nov 1994 08:00:00 GMT", nil),
            ("Sun, 06 Now 1994 08:50:37 GMT", nil),
            ("Sun, 06 Nov 1994 08:50 GMT", nil), ("Sun, 99 Nov 1994 08:50:37 GMT", nil),
        ] as [(String?, Int?)])
    func `reads the receiver's wish`(_ text: String?, _ seconds: Int?) {
        let now = Date(timeIntervalSince1970: 784_111_777)
        #expect(NoticeRetries.wish(text, now: now) == seconds.map { .seconds($0) })
    }
}

@Suite struct `the answer of a forge` {
    private func verdict(
        _ status: Int, _ headers: String = "Content-Type: application/json", body: String = "{}",
        isPending: Bool = false
    ) throws -> NoticeOutcome {
        let reply = try #require(HTTPReply("HTTP/1.1 \(status) X\r\n\(headers)\r\n\r\n\(body)"))
        return NoticeClient.verdict(reply, isPending: isPending, now: Date(timeIntervalSince1970: 1000))
    }

    @Test func `accepts the status, or has it already`() throws {
        #expect(try verdict(201) == .sent && verdict(200, "content-type: application/json; charset=utf-8") == .sent)
        let kept = #"{"message":"Cannot transition status via :run from :running"}"#
        #expect(try verdict(400, body: kept, isPending: true) == .sent)
        #expect(try verdict(400, body: kept) == .rejected("the forge keeps an earlier status of the commit", hint: nil))
    }

    @Test func `can be a limit of GitHub`() throws {
        let headers = "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1090"
        #expect(try verdict(403, headers) == .failed("the answer is 403", after: .seconds(90)))
        guard case .rejected = try verdict(403, "X-RateLimit-Remaining: 7\r\nX-RateLimit-Reset: 1090") else {
            Issue.record("the limit is not used up")
            return
        }
    }

    @Test(arguments: [401, 403, 404, 422]) func `can be final`(_ status: Int) throws {
        guard case .rejected("the answer is \(status)", let hint?) = try verdict(status) else {
            Issue.record("\(try verdict(status))")
            return
        }
        #expect(!hint.isEmpty)
    }

    @Test func `can be about now alone`() throws {
        #expect(try verdict(500) == .failed("the answer is 500") && verdict(400) == .failed("the answer is 400"))
        #expect(try verdict(429, "Retry-After: 7") == .failed("the answer is 429", after: .seconds(7)))
        #expect(try verdict(403, "Retry-After: 7") == .failed("the answer is 403", after: .seconds(7)))
        #expect(try verdict(503, "Retry-After: 7") == .failed("the answer is 503", after: .seconds(7)))
        #expect(try verdict(200, "Content-Type: text/html") == .failed("the answer is not JSON; is status_api right?"))
        #expect(
            try verdict(302, "Location: https://a:b@example.com/")
                == .failed("the answer is 302, to https://***@example.com/"))
    }
}

@Suite struct `a notice over HTTP` {
    @Test func `is one line for curl, whatever it contains`() {
        let lines = NoticeClient.settings(
            "{\"a\":\"\\n\"}\nurl = \"file:///etc/passwd\"", "https://example.com/?a=\"b", [("X", "1\r\nY: 2")],
            keepsBody: false)
        #expect(
            lines.split(separator: "\n").filter {
                $0.hasPrefix("url") || $0.hasPrefix("data") || $0.hasPrefix("header = \"X")
            } == [
                #"url = "https://example.com/?a=\"b""#,
                #"data-raw = "{\"a\":\"\\n\"}\nurl = \"file:///etc/passwd\"""#, #"header = "X: 1\r\nY: 2""#,
            ])
        #expect(lines.contains("proto = \"=http,https\"\n") && !lines.contains("location"))
    }
}
