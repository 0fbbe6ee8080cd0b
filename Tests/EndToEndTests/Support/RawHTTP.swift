import Foundation

/// A connection to a port of this machine, over which a test sends an HTTP request byte by byte.
struct RawHTTP {
    private let socket: PeerSocket

    /// Sends `request`, which has to hold `Connection: close`.
    init(port: UInt16, _ request: some Sequence<UInt8>) throws {
        socket = try PeerSocket(port: port)
        socket.send(request)
    }

    /// Returns the reply when the server has sent the whole body, even if the connection is still open.
    func reply(within time: Duration = .seconds(20)) throws -> Reply {
        // nginx may wait for the end of the connection before it writes its log.
        defer { socket.finishSending() }
        return try Reply(
            socket.receive(within: time) { received in
                guard let reply = try? Reply(received), let length = reply["Content-Length"] else { return false }
                return reply.body.utf8.count == Int(length)
            })
    }

    /// Returns the bytes of a request that announces the true length of its body.
    static func request(
        _ method: String = "POST", _ target: String = "/github", headers: [(name: String, value: String)] = [],
        body: Data = Data()
    ) -> Data {
        let length = [("Content-Length", "\(body.count)")]
        return head(method, target, headers: headers + (body.isEmpty && method != "POST" ? [] : length)) + body
    }

    /// Returns the bytes of a request whose body has chunks of `size` bytes (RFC 9112 §7.1).
    static func chunked(
        _ target: String = "/github", headers: [(name: String, value: String)] = [], body: Data, size: Int
    ) -> Data {
        var bytes = head("POST", target, headers: headers + [("Transfer-Encoding", "chunked")])
        var rest = body[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(size)
            bytes += Data("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Data("\r\n".utf8)
            rest = rest.dropFirst(size)
        }
        return bytes + Data("0\r\n\r\n".utf8)
    }

    /// Returns the bytes of a request up to its empty line, with exactly these headers after `Host` and `Connection`.
    static func head(
        _ method: String = "POST", _ target: String = "/github", headers: [(name: String, value: String)] = []
    ) -> Data {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: blog.example.com\r\nConnection: close\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        return Data("\(text)\r\n".utf8)
    }
}
