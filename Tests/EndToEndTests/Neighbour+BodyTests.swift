import Foundation
import TestSupport
import Testing

extension `a site behind another web server` {
    /// GitHub's limit and Bellpull's default, in bytes.
    private static let limit = 26_214_400

    @Test(arguments: Neighbour.installed) func `takes a large body`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "05 3 MB") { site in
            // More than any server keeps in memory.
            let padding = String(repeating: "x", count: 3_000_000)
            let reply = try site.post(GitHubDelivery(event: "ping", body: #"{"zen":"\#(padding)"}"#))
            #expect(reply["Bellpull-Outcome"] == "ping")
            return reply.summary
        }
    }

    @Test(arguments: Neighbour.installed) func `refuses a body above the limit`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "06 26 MB, chunked") { site in
            let body = Data(repeating: UInt8(ascii: "x"), count: Self.limit + 1)
            let headers = try GitHubDelivery(event: "ping", body: "{}").headers
            let replies = try [
                site.send(RawHTTP.request(headers: headers, body: body)),
                site.send(RawHTTP.chunked(headers: headers, body: body, size: 1 << 20)),
            ].map { try $0.reply() }
            for reply in replies {
                #expect(reply.status == 413)
                #expect([nil, "refused"].contains(reply["Bellpull-Outcome"]))
            }
            return replies.map { $0["Bellpull-Outcome"] == nil ? "\($0.status) of the server" : $0.summary }
                .joined(separator: ", ")
        }
    }

    @Test(arguments: Neighbour.installed) func `takes a chunked body`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "07 chunked") { site in
            let commit = try site.forge.push("chunked")
            let delivery = try GitHubDelivery.push(of: commit)
            let reply = try site.send(RawHTTP.chunked(headers: delivery.headers, body: delivery.body, size: 100))
                .reply()
            #expect(reply["Bellpull-Outcome"] == "deployed")
            #expect(try site.clone.head == commit)
            return reply.summary
        }
    }

    @Test(arguments: Neighbour.installed) func `lets a sender wait for 100 Continue`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "08 Expect: 100-continue") { site in
            let ping = try GitHubDelivery(event: "ping", body: "{}")
            let headers = ping.headers + [("Content-Length", "\(ping.body.count)"), ("Expect", "100-continue")]
            let socket = try PeerSocket(port: site.server.place.port)
            socket.send(RawHTTP.head(headers: headers))
            let first = try socket.receive { $0.firstRange(of: Data("\r\n\r\n".utf8)) != nil }
            #expect(String(decoding: first, as: UTF8.self).hasPrefix("HTTP/1.1 100 "))
            socket.send(ping.body)
            let reply = try Reply(socket.receive())
            #expect(reply["Bellpull-Outcome"] == "ping")
            return "100, \(reply.summary)"
        }
    }

    /// Bellpull waits 2.5 s for a whole request. The servers read slow bodies before they connect.
    @Test(arguments: Neighbour.installed) func `takes the body of a slow sender`(neighbour: Neighbour) throws {
        try NeighbourSites.with(neighbour, "20 a pause of 3 s in the body") { site in
            let ping = try GitHubDelivery(event: "ping", body: #"{"zen":"\#(String(repeating: "x", count: 20_000))"}"#)
            let request = RawHTTP.request(headers: ping.headers, body: ping.body)
            let socket = try PeerSocket(port: site.server.place.port)
            socket.send(request.dropLast(10_000))
            usleep(3_000_000)
            socket.send(request.suffix(10_000))
            let reply = try Reply(socket.receive())
            #expect(reply["Bellpull-Outcome"] == "ping")
            return reply.summary
        }
    }
}
