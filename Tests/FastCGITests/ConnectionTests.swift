import Foundation
import Testing

@testable import FastCGI

@Suite struct `a connection` {
    private let listener: LiveListener

    init() throws { listener = try LiveListener() }

    @Test func `carries one reply and is then closed`() throws {
        let response = Response(status: 200, body: "hello").serialized
        #expect(
            try listener.reply(to: Record.request("hello")) == Peer.Reply(id: 1, text: response, protocolStatus: 0))
    }

    @Test func `is closed after one reply even if the peer asks to keep it`() throws {
        let peer = try listener.connect()
        try peer.send([.begin(keepsConnection: true)] + Record.request("hello").dropFirst())
        #expect(try peer.reply()?.body == "hello")
        #expect(throws: Peer.Broken.self) { try peer.send(Record.request("again")) }
    }

    @Test func `is answered with the id of the request`() throws {
        let records = Record.request("hello").map { Record(kind: $0.kind, id: 0x1234, content: $0.content) }
        #expect(try listener.reply(to: records)?.id == 0x1234)
    }

    @Test func `may deliver its bytes one by one`() throws {
        let peer = try listener.connect()
        for byte in Record.request("hello").flatMap(\.bytes) { try peer.send([byte]) }
        #expect(try peer.reply()?.body == "hello")
    }

    @Test func `is read across records and padding`() throws {
        let padded = Record(kind: .params, content: Record.params(["CONTENT_LENGTH": "10"]).content, padding: 255)
        let body = [Record.stdin("hel", padding: 5), .stdin("lo", padding: 3), .stdin("world"), .stdin("", padding: 8)]
        #expect(try listener.reply(to: [.begin(), padded, .params()] + body)?.body == "helloworld")
    }

    @Test func `carries parameters of any length, in any number of records`() throws {
        let long = String(repeating: "x", count: 20_000)
        let listener = try LiveListener(
            responder: LiveListener.Answer { request, exchange in
                let params = request.params
                let values = try? [params.value(of: "SHORT"), params.value(of: "LONG"), params.value(of: "PATH_INFO")]
                exchange.reply(Response(status: 200, body: "\(values?.map { $0?.count } ?? [])"))
            })
        let content = Record.params(["SHORT": "a", "LONG": long, "PATH_INFO": "/blog"]).content
        let pieces = [content.prefix(3), content.dropFirst(3).prefix(150), content.dropFirst(153)]
            .map { Record(kind: .params, content: Array($0)) }
        #expect(
            try listener.reply(to: [.begin()] + pieces + [.params(), .stdin()])?.body
                == "[Optional(1), Optional(20000), Optional(5)]")
    }

    @Test func `carries a body of any bytes`() throws {
        let listener = try LiveListener(
            responder: LiveListener.Answer { request, exchange in
                let body = try? request.body.get()
                exchange.reply(Response(status: 200, body: "\(body == Data(0...255))"))
            })
        let body = Record(kind: .stdin, content: Array(0...255))
        let records = [.begin(), .params(["CONTENT_LENGTH": "256"]), .params(), body, .stdin()]
        #expect(try listener.reply(to: records)?.body == "true")
    }

    @Test func `may have an empty body, with or without a content length`() throws {
        #expect(try listener.reply(to: Record.request(["PATH_INFO": "/"]))?.body == "")
        for length in ["", "0", "-1"] {
            #expect(try listener.reply(to: Record.request(["CONTENT_LENGTH": length]))?.body == "", "\(length)")
        }
    }

    /// No content length, as from Apache, or the lengths that web servers send for a chunked body.
    private static let unknown: [KeyValuePairs<String, String>] = [
        ["REQUEST_METHOD": "POST"], ["CONTENT_LENGTH": ""], ["CONTENT_LENGTH": "-1"],
    ]

    @Test(arguments: unknown.indices)
    func `without a usable content length has a body that ends with the stream`(_ index: Int) throws {
        let params = Self.unknown[index]
        #expect(try listener.reply(to: Record.request(params, "hello"))?.body == "hello")
        let pieces: [Record] = [.stdin("hel", padding: 7), .stdin("lo"), .stdin("world"), .stdin()]
        #expect(try listener.reply(to: [.begin(), .params(params), .params()] + pieces)?.body == "helloworld")
        let longest = String(repeating: "x", count: 1000)
        #expect(try listener.reply(to: Record.request(params, longest))?.body == longest[...])
        #expect(try listener.reply(to: Record.request(params, longest + "x"))?.body == "tooLarge(limit: 1000)")
        let piece = Record.stdin(String(repeating: "x", count: 60_000))
        let long = [.begin(), .params(params), .params()] + [Record](repeating: piece, count: 20) + [.stdin()]
        #expect(try listener.reply(to: long)?.body == "tooLarge(limit: 1000)")
    }

    @Test(arguments: [16_383, 16_384, 16_385, 32_768, 100_000])
    func `without a content length carries a body of any size`(_ size: Int) throws {
        let listener = try LiveListener(bodyLimit: 100_000)
        let body = String(repeating: "0123456789abcdef", count: size / 16) + String(repeating: "x", count: size % 16)
        let pieces = stride(from: 0, to: size, by: 50_000).map { start in
            Record.stdin(String(body.dropFirst(start).prefix(50_000)))
        }
        let reply = try listener.reply(to: [.begin(), .params(), .params()].dropLast() + pieces + [.stdin()])
        #expect(reply?.body == body[...])
    }

    @Test(arguments: unknown.indices)
    func `without a usable content length is malformed if the stream does not end`(_ index: Int) throws {
        let peer = try listener.connect()
        try peer.send(Record.request(Self.unknown[index], "hello").dropLast())
        peer.endSending()
        #expect(try peer.reply()?.body == #"malformed("the body has no end-of-stream record")"#)
    }

    @Test func `carries a body up to the limit`() throws {
        let longest = String(repeating: "x", count: 1000)
        #expect(try listener.reply(to: Record.request(longest))?.body == longest[...])
        #expect(try listener.reply(to: Record.request(longest + "x"))?.body == "tooLarge(limit: 1000)")
    }

    @Test(arguments: [("5", "hell"), ("5", ""), ("1000", "hello")])
    func `with a body shorter than its content length is malformed`(_ length: String, body: String) throws {
        #expect(
            try listener.reply(to: Record.request(["CONTENT_LENGTH": length], body))?.body
                == #"malformed("the body is shorter than its content length")"#)
    }

    @Test(arguments: [("4", "hello"), ("0", "hello"), ("5", String(repeating: "x", count: 60_000))])
    func `with a body longer than its content length is malformed`(_ length: String, body: String) throws {
        #expect(
            try listener.reply(to: Record.request(["CONTENT_LENGTH": length], body))?.body
                == #"malformed("the body is longer than its content length")"#)
    }

    @Test(arguments: [
        ("-2", "malformed"), ("+5", "malformed"), ("1e3", "malformed"), ("99999999999999999999", "malformed"),
        ("five", "malformed"), ("5 ", "malformed"), ("1001", "tooLarge"), ("26214401", "tooLarge"),
        ("2147483648", "tooLarge"), ("9223372036854775807", "tooLarge"),
    ])
    func `with a malformed or excessive content length gets a reply`(_ length: String, error: String) throws {
        let body = try listener.reply(to: Record.request(["CONTENT_LENGTH": length], "hello"))?.body
        #expect(body?.prefix { $0 != "(" } == error[...])
    }

    @Test func `with two content lengths is malformed`() throws {
        let body = try listener.reply(to: Record.request(["CONTENT_LENGTH": "5", "CONTENT_LENGTH": "5"], "hello"))?.body
        #expect(body == #"malformed("the request has two content lengths")"#)
    }

    @Test func `is read to its end before it is rejected, so that the peer receives the reply`() throws {
        // More than fits into a socket: a peer that writes everything before reading would wait for ever.
        let piece = Record.stdin(String(repeating: "x", count: 60_000))
        for length in ["1200000", "-1", "7"] {
            let body = [Record](repeating: piece, count: 20)
            let records = [.begin(), .params(["CONTENT_LENGTH": length]), .params()] + body + [.stdin()]
            #expect(try listener.reply(to: records)?.body?.isEmpty == false)
        }
    }

    @Test func `that ends before its body gets a reply`() throws {
        let peer = try listener.connect()
        try peer.send(Record.request("hello").dropLast(1))
        peer.endSending()
        #expect(try peer.reply()?.body?.hasPrefix("malformed") == true)
    }

    @Test(arguments: [UInt8(2), 3])
    func `for a role other than Responder gets FCGI_UNKNOWN_ROLE`(_ role: UInt8) throws {
        let reply = try listener.reply(to: [.begin(role: role)] + Record.request("hello").dropFirst())
        #expect(reply == Peer.Reply(id: 1, text: "", protocolStatus: 3))
        #expect(try listener.reply(to: Record.request("hello"))?.body == "hello")
    }

    /// Inputs other than a request to a responder.
    private static let garbage: [[UInt8]] = [
        [0xff] + [UInt8](repeating: 0, count: 100),
        Array("GET /github HTTP/1.1\r\nHost: example.org\r\n\r\n".utf8),
        [1],
        [1, 1, 0, 1, 0, 8, 0, 0],
        [2] + Record.begin().bytes.dropFirst(),
        Record.begin(role: 7).bytes,
        Record(kind: .begin, id: 0, content: Record.begin().content).bytes,
        Record(kind: .begin, content: [0, 1]).bytes,
        Record.stdin("hello").bytes,
        Record.params(["A": "1"]).bytes,
        Record.begin().bytes + Record.stdin("hello").bytes,
        Record.begin().bytes + Record(kind: .abort, content: []).bytes,
        Record.begin().bytes + Record(kind: .params, content: [0xff, 0xff, 0xff, 0xff, 0, 1]).bytes,
        Record.begin().bytes + Record(kind: .params, content: [9, 9, 1, 2, 3]).bytes + Record.params().bytes,
    ]

    @Test(arguments: garbage)
    func `with an invalid request is closed, and the next connection is answered`(_ bytes: [UInt8]) throws {
        let listener = try LiveListener(threads: 1)
        let peer = try listener.connect()
        try peer.send(bytes)
        peer.endSending()
        #expect(try peer.received().isEmpty)
        #expect(try listener.reply(to: Record.request("hello"))?.body == "hello")
    }

    @Test func `whose peer disconnects before the reply does no harm`() async throws {
        let listener = try LiveListener(
            threads: 1,
            responder: LiveListener.Answer { request, exchange in
                // Long enough for the peer to disconnect, so that writing the reply fails.
                usleep(20_000)
                LiveListener.Echo().respond(to: request, through: exchange)
            })
        for _ in 0..<5 { try listener.connect().send(Record.request("gone")) }
        let reply = try await onThread { try listener.reply(to: Record.request("hello")) }
        #expect(reply?.body == "hello")
    }
}
