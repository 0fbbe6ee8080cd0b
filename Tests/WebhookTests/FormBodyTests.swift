import Foundation
import Testing

@testable import Webhook

@Suite struct `a form` {
    private func payload(_ form: String) throws -> String {
        String(decoding: try FormBody(Data(form.utf8)).payload(), as: UTF8.self)
    }

    @Test(arguments: [
        ("payload={}", "{}"),
        ("payload=", ""),
        ("payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D", #"{"ref":"refs/heads/main"}"#),
        ("payload=%7b%7d", "{}"),
        ("payload=a+b%2Bc%20d", "a b+c d"),
        ("payload=%C3%A9%E2%82%AC%F0%9F%98%80", "é€😀"),
        ("payload=é", "é"),
        ("payload=a=b==", "a=b=="),
        ("payload=a%26b%3D%25", "a&b=%"),
        ("payload=%00", "\0"),
        ("a=1&payload={}&b=2", "{}"),
        ("&&payload={}&&", "{}"),
        ("xpayload=1&payload={}&payloads=2&Payload=3", "{}"),
    ])
    func `contains the payload percent-encoded, with plus for a space`(_ form: String, payload: String) throws {
        #expect(try self.payload(form) == payload)
    }

    @Test func `may start anywhere in memory`() throws {
        let bytes = Data("xxpayload=%7B%7D".utf8).dropFirst(2)
        #expect(try FormBody(bytes).payload() == Data("{}".utf8))
    }

    @Test(arguments: ["", "&", "payload", "a=1", "Payload={}", "%70ayload={}", " payload={}", #"{"ref":"x"}"#])
    func `without the payload is malformed`(_ form: String) {
        #expect(throws: Malformed("the form has no field named payload")) { try payload(form) }
    }

    @Test(arguments: ["payload={}&payload={}", "payload=&payload={}", "payload=1&a=2&payload=3"])
    func `with several payloads is malformed`(_ form: String) {
        #expect(throws: Malformed("the form has several fields named payload")) { try payload(form) }
    }

    @Test(arguments: ["%", "%4", "%zz", "a%2", "%%", "%2 0", "%+1", "%u0041", "%4", "x%", "%g0", "%0g", "%é"])
    func `with a percent sign before anything but two digits is malformed`(_ value: String) {
        #expect(throws: Malformed("a percent sign in the form is not followed by two hexadecimal digits")) {
            try payload("payload=\(value)")
        }
    }

    @Test func `may encode any bytes`() throws {
        let form = Data("payload=%ff%C3%00".utf8) + [0xff]
        #expect(try FormBody(form).payload() == Data([0xff, 0xc3, 0x00, 0xff]))
    }
}
