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
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
