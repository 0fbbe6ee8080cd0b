import Foundation
import TestSupport
import Testing

@Suite(.bait, .serialized) struct `a request other than a delivery` {
    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "POSTS"])
    func `is answered with the method to use`(method: String) throws {
        let bait = try Bait.current
        let reply = try bait.refuses(
            RawHTTP.request(method, headers: bait.delivery.headers, body: bait.delivery.body), status: 405,
            outcome: "refused")

        #expect(reply["Allow"] == "POST")
        #expect(reply.body == (method == "HEAD" ? "" : #"{"error":"deliveries use the method POST"}"#))
    }

    @Test(arguments: ["post", "P\"OST", "P\u{e4}ST", "\u{16}\u{3}\u{1}"])
    func `is refused by nginx if its method is malformed`(method: String) throws {
        try isRefusedByNginx(RawHTTP.request(method, headers: Bait.current.delivery.headers))
    }

    @Test(arguments: [
        "/github/blog", "/github/x/y", "/github/%0A", "/github/blog%0A", "/github/%0Ax",
        "/github/%c0%ae", "/github/%ff", "/github/\u{e4}", "/github/a\"b", "/github/%22,%22status%22:200",
    ])
    func `is answered 404 beside the hook`(target: String) throws {
        let bait = try Bait.current
        try bait.refuses(
            RawHTTP.request("POST", target, headers: bait.delivery.headers, body: bait.delivery.body), status: 404,
            outcome: "refused")
    }

    @Test func `is refused by nginx if its path has a zero byte`() throws {
        try isRefusedByNginx(RawHTTP.request("POST", "/github/%00x", headers: Bait.current.delivery.headers))
    }

    @Test(arguments: [
        "/", "/hub", "/githubs", "/github.php", "/github%0A", "/github%0Ax", "/github/../x", "/github/%2e%2e/x",
        "/github/..%2fx", "/github/x/../../x", "/index.html",
        "/.git/config",
    ])
    func `does not reach Bellpull outside the hook`(target: String) throws {
        let bait = try Bait.current
        let request = RawHTTP.request("POST", target, headers: bait.delivery.headers, body: bait.delivery.body)
        let reply = try RawHTTP(port: bait.site.web.port, request).reply()
        #expect([404, 405].contains(reply.status))
        #expect(reply["Bellpull-Outcome"] == nil)
        try bait.isUntouched()
    }

    @Test(arguments: [
        "text/plain", "multipart/form-data; boundary=x", "application/xml", "application/jsonx", "json", "*/*",
        "application/x-www-form-urlencodedx",
    ])
    func `is refused with a content type that no forge sends`(type: String) throws {
        let bait = try Bait.current
        try bait.refuses(bait.delivery.with("Content-Type", type), status: 415, outcome: "refused")
    }

    @Test func `is refused without a content type`() throws {
        let bait = try Bait.current
        try bait.refuses(bait.delivery.with("Content-Type", nil), status: 415, outcome: "refused")
    }

    @Test(arguments: ["gzip", "deflate", "br", "gzip identity"])
    func `is refused if it is compressed`(encoding: String) throws {
        let bait = try Bait.current
        try bait.refuses(bait.delivery.with("Content-Encoding", encoding), status: 415, outcome: "refused")
    }

    @Test(arguments: [
        "a b", "a\u{1}b", "a\u{1b}[2J", "\u{e4}", "\u{1f514}", "a\"b", "a\\b", "a,b", "../../x", "${x}", "%0a",
        String(repeating: "x", count: 129),
    ])
    func `is malformed if its delivery id holds unusual characters`(id: String) throws {
        let bait = try Bait.current
        try bait.refuses(bait.delivery.with("X-GitHub-Delivery", id), status: 400, outcome: "malformed")
    }

    @Test func `is malformed if its delivery id is not UTF-8`() throws {
        let bait = try Bait.current
        let delivery = bait.delivery.with("X-GitHub-Delivery", "PLACE")
        var request = RawHTTP.request(headers: delivery.headers, body: delivery.body)
        let place = try #require(request.firstRange(of: Data("PLACE".utf8)))
        request.replaceSubrange(place, with: [0x61, 0xff, 0xfe, 0xc0, 0x80])
        try bait.refuses(request, status: 400, outcome: "malformed")
    }

    @Test func `is refused if it announces more than 25 MB`() throws {
        let bait = try Bait.current
        let head = RawHTTP.head(headers: bait.delivery.headers + [("Content-Length", "\(26 << 20)")])
        let reply = try bait.refuses(head, status: 413, outcome: "")
        #expect(reply.error == "larger than 25 MB")
        #expect(reply["Content-Type"] == "application/json")
    }

    @Test func `is refused if a chunk of it announces more than 25 MB`() throws {
        let bait = try Bait.current
        let head = RawHTTP.head(headers: bait.delivery.headers + [("Transfer-Encoding", "chunked")])
        try bait.refuses(head + Data("\(String(26 << 20, radix: 16))\r\n{".utf8), status: 413, outcome: "")
    }

    @Test func `does not reach Bellpull before its body is complete`() throws {
        let bait = try Bait.current
        let count = try bait.site.web.log.entries.count
        let log = bait.site.bellpull.log
        let descriptors = try bait.site.bellpull.descriptorCount
        let head = RawHTTP.head(headers: bait.delivery.headers + [("Content-Length", "\(bait.delivery.body.count)")])
        let slow = try PeerSocket(port: bait.site.web.port)
        slow.send(head + bait.delivery.body.dropLast())

        // nginx waits a second for the rest of the body. Bellpull gets no connection in this second.
        #expect(
            try !Observation.eventually(within: .milliseconds(500)) {
                try bait.site.bellpull.descriptorCount > descriptors
            })
        #expect(try slow.receive(within: .seconds(5)).isEmpty)
        let entry = try #require(try bait.site.web.log.entries(count + 1).last)
        #expect(entry.status == 408)
        #expect(entry.upstream_status == nil)
        #expect(!Observation.eventually(within: .milliseconds(300)) { bait.site.bellpull.log != log })
        try bait.isUntouched()
    }

    @Test func `is dropped if its body is cut short`() throws {
        let bait = try Bait.current
        let count = try bait.site.web.log.entries.count
        let head = RawHTTP.head(headers: bait.delivery.headers + [("Content-Length", "\(bait.delivery.body.count)")])
        let cut = try PeerSocket(port: bait.site.web.port)
        cut.send(head + bait.delivery.body.dropLast())
        cut.finishSending()

        #expect(try cut.receive(within: .seconds(5)).isEmpty)
        let entry = try #require(try bait.site.web.log.entries(count + 1).last)
        #expect(entry.status == 400)
        #expect(entry.upstream_status == nil)
        try bait.isUntouched()
    }

    @Test(arguments: ["-1", "+5", "5 5", "0x10", "1e3", "99999999999999999999999999", "", "abc"])
    func `is refused by nginx if its length is malformed`(length: String) throws {
        let bait = try Bait.current
        try isRefusedByNginx(
            RawHTTP.head(headers: bait.delivery.headers + [("Content-Length", length)]) + bait.delivery.body)
    }

    @Test func `is refused by nginx if it has two lengths`() throws {
        let bait = try Bait.current
        let length = ("Content-Length", "\(bait.delivery.body.count)")
        try isRefusedByNginx(RawHTTP.head(headers: bait.delivery.headers + [length, length]) + bait.delivery.body)
        let chunked = ("Transfer-Encoding", "chunked")
        try isRefusedByNginx(RawHTTP.head(headers: bait.delivery.headers + [length, chunked]) + bait.delivery.body)
    }

    /// Expects that nginx answers 400 before it chooses a location, and that nothing is deployed.
    private func isRefusedByNginx(_ request: Data) throws {
        let bait = try Bait.current
        #expect(try RawHTTP(port: bait.site.web.port, request).reply().status == 400)
        try bait.isUntouched()
    }
}
