import Testing

@testable import Webhook

@Suite struct `the encoding of a body` {
    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "application/json ;x",
        "Application/JSON", "application/json\t; a=\"b;c\"", "application/json;",
    ])
    func `is JSON by its media type, in any case and with any parameters`(_ contentType: String) throws {
        #expect(try Delivery.Encoding(contentType: contentType, encoding: nil) == .json)
    }

    @Test(arguments: ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"])
    func `is a form by its media type`(_ contentType: String) throws {
        #expect(try Delivery.Encoding(contentType: contentType, encoding: nil) == .form)
    }

    @Test func `is nil without a content type`() throws {
        #expect(try Delivery.Encoding(contentType: nil, encoding: nil) == nil)
    }

    @Test(arguments: [
        "", " ", ";", "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json5",
        "application/json-patch+json", "xapplication/json", "application /json", "application", "json",
        "application/json, text/plain", "text/plain; application/json", "application/j\u{f6}son",
    ])
    func `of another content type is unsupported`(_ contentType: String) {
        #expect(throws: Delivery.UnsupportedEncoding()) {
            try Delivery.Encoding(contentType: contentType, encoding: nil)
        }
    }

    @Test(arguments: ["gzip", "deflate", "br", "identity, gzip", "x"])
    func `with a content encoding is unsupported`(_ encoding: String) {
        #expect(throws: Delivery.UnsupportedEncoding()) {
            try Delivery.Encoding(contentType: "application/json", encoding: encoding)
        }
        #expect(throws: Delivery.UnsupportedEncoding()) { try Delivery.Encoding(contentType: nil, encoding: encoding) }
    }

    @Test func `may have the content encoding identity`() throws {
        #expect(try Delivery.Encoding(contentType: "application/json", encoding: "identity") == .json)
    }
}
