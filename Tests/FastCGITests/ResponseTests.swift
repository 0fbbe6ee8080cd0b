import Testing

@testable import FastCGI

@Suite struct `a response` {
    @Test func `is a CGI document response`() {
        let response = Response(status: 200, body: "{}")
        #expect(
            response.serialized == "Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
    }

    @Test func `keeps the order of its headers`() {
        let response = Response(status: 405, headers: [("B", "2"), ("A", "1"), ("B", "3")], body: "")
        #expect(
            response.serialized == """
                Status: 405 Method Not Allowed\r
                Content-Type: application/json\r
                Content-Length: 0\r
                B: 2\r
                A: 1\r
                B: 3\r
                \r\n
                """)
    }

    @Test func `has its content length in bytes`() {
        let text = Response(status: 500, body: #"{"error":"é€😀"}"#).serialized
        #expect(text.contains("\r\nContent-Length: 21\r\n"))
        #expect(text.hasSuffix("\r\n\r\n{\"error\":\"é€😀\"}"))
    }

    @Test func `cannot be split by a header's value`() {
        let value = FieldValue(escaping: "x\r\nSet-Cookie: a=b\r\n\r\n<html>")
        let text = Response(status: 200, headers: [("Bellpull-Reason", value)], body: "{}").serialized
        #expect(text.components(of: "\r\n").count == 6)
        #expect(text.components(of: "\r\n\r\n").count == 2)
    }

    @Test func `says of what type its body is`() {
        let text = Response(status: 200, contentType: "text/html; charset=utf-8", body: "<p>").serialized
        #expect(text.contains("\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 3\r\n"))
    }

    @Test func `to HEAD has the fields of its body, and no body`() {
        let request = Request(params: Params(["REQUEST_METHOD": "HEAD"]))
        let text = Response(status: 200, body: "{}").conditional(on: request).serialized
        #expect(text.contains("\r\nContent-Length: 2\r\n") && text.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [
        ("", 200), ("\"x\"", 200), ("TAG", 304), ("W/TAG", 304), ("\"x\", TAG", 304), ("\"x\",W/TAG ,\"y\"", 304),
        ("*", 304),
        ("TAGx", 200), ("xTAG", 200), (",,,", 200), ("w/TAG", 200),
    ])
    func `is not sent again to a client that has its body`(_ known: String, status: Int) throws {
        let page = Response(status: 200, headers: [("A", "1")], body: "body")
        let plain = page.conditional(on: Request(params: Params(["REQUEST_METHOD": "GET"])))
        let tag = try #require(plain.headers.last?.value.description)
        #expect(tag.wholeMatch(of: #/"[0-9a-f]{1,16}"/#) != nil)
        let request = Request(
            params: Params(["REQUEST_METHOD": "GET", "HTTP_IF_NONE_MATCH": known.replacing("TAG", with: tag)]))
        let response = page.conditional(on: request)
        #expect(response.status == status)
        guard status == 304 else { return }
        #expect(response.serialized == "Status: 304 Not Modified\r\nA: 1\r\nETag: \(tag)\r\n\r\n")
    }

    @Test func `has another tag for another body, and none unless it is a success`() {
        let request = Request(params: Params(["REQUEST_METHOD": "GET", "HTTP_IF_NONE_MATCH": "*"]))
        #expect(FieldValue(entityTag: "a") != FieldValue(entityTag: "b"))
        #expect(FieldValue(entityTag: "") == FieldValue(entityTag: ""))
        let missing = Response(status: 404, body: "x").conditional(on: request)
        #expect(missing.status == 404 && missing.headers.isEmpty)
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
