import Testing

@testable import Webhook

@Suite struct `a delivery id` {
    @Test(arguments: [
        "72d3162e-cc78-11e3-81ab-4c9367dc0958", "0", "A.b_c:d-9", String(repeating: "x", count: 128),
    ])
    func `is kept unchanged`(_ id: String) throws {
        #expect(try Delivery.checkedID(id) == id)
    }

    @Test func `may be missing`() throws {
        #expect(try Delivery.checkedID(nil) == nil)
    }

    @Test(arguments: [
        "", String(repeating: "x", count: 129), String(repeating: "x", count: 10_000), "a b", "a\nb", "a\r\nb",
        "\u{7f}",
        "\u{1b}[2J", "a\0b", "é", "e\u{301}", "\u{202e}a", "１", "a\"b", "a\\b", "a/b", "../x", "a;b", "$(id)", "a=b",
        "a,b", "<b>", "{}", "@", "[", "`",
    ])
    func `with other characters, or of the wrong length, is malformed`(_ id: String) {
        #expect(throws: Malformed.self) { try Delivery.checkedID(id) }
    }

    @Test func `is not read from a header that was sent twice`() throws {
        #expect(try Delivery.value(of: "X-Id") { _ in "a" } == "a")
        #expect(try Delivery.value(of: "X-Id") { _ in nil } == nil)
        #expect(throws: Malformed("the header X-Id was sent twice")) { try Delivery.value(of: "X-Id") { _ in "a, a" } }
    }

    @Test func `does not appear in the error`() throws {
        let error = try #require(throws: Malformed.self) { try Delivery.checkedID("ev\u{202e}il") }
        #expect(!error.reason.contains("ev"))
        #expect(!error.reason.contains("\u{202e}"))
    }
}
