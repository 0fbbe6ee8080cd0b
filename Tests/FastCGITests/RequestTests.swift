import Foundation
import Testing

@testable import FastCGI

@Suite struct `the content length` {
    private static let notANumber = Request.BodyError.malformed("the content length is not a number of bytes")

    @Test(arguments: [(nil, nil), ("", nil), ("-1", nil), ("0", 0), ("7", 7), ("007", 7), ("1000", 1000)])
    func `is unknown if absent, empty or -1`(_ text: String?, length: Int?) throws {
        let params = text.map { Params(["CONTENT_LENGTH": $0]) } ?? Params([:])
        #expect(try Request.contentLength(in: params, limit: 1000) == length)
    }

    @Test(arguments: [
        "-2", "-0", "-01", "-1 ", "+5", "1e3", "5.0", "0x10", " 5", "5 ", "5\n", "1,000", "5, 5", "five", "\u{ff15}",
        "\u{665}",
        "99999999999999999999", String(repeating: "9", count: 10_000),
    ])
    func `must consist of digits`(_ text: String) {
        #expect(throws: Self.notANumber) {
            try Request.contentLength(in: Params(["CONTENT_LENGTH": text]), limit: 1000)
        }
    }

    @Test(arguments: ["1001", "26214401", "9223372036854775807"])
    func `must not exceed the limit`(_ text: String) {
        #expect(throws: Request.BodyError.tooLarge(limit: 1000)) {
            try Request.contentLength(in: Params(["CONTENT_LENGTH": text]), limit: 1000)
        }
    }

    @Test func `must occur once`() {
        #expect(throws: Request.BodyError.malformed("the request has two content lengths")) {
            try Request.contentLength(in: Params(["CONTENT_LENGTH": "5", "CONTENT_LENGTH": "5"]), limit: 1000)
        }
    }
}

@Suite struct `a request` {
    @Test func `has an empty body and the current time by default`() throws {
        let before = ContinuousClock.now
        let request = Request(params: Params([:]))
        #expect(try request.body.get().isEmpty)
        #expect((before...ContinuousClock.now).contains(request.received))
    }
}
