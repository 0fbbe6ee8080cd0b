import Foundation
import TestSupport

/// An HTTP request of which every byte is known, on its way to a port of this machine.
struct RawHTTP {
    private let socket: PeerSocket

    /// Sends `request`, which asks for the connection to be closed.
    init(port: UInt16, _ request: some Sequence<UInt8>) throws {
        socket = try PeerSocket(port: port)
        socket.send(request)
    }

    /// The reply, once the server has sent all of it. It need not have closed the connection.
    func reply(within time: Duration = .seconds(20)) throws -> Reply {
        // nginx writes its log when the connection is done with, for which it may wait for this.
        defer { socket.finishSending() }
        return try Reply(
            socket.receive(within: time) { received in
                guard let reply = try? Reply(received), let length = reply["Content-Length"] else { return false }
                return reply.body.utf8.count == Int(length)
            })
    }

    /// The bytes of a request whose body has the length it announces.
    static func request(
        _ method: String = "POST", _ target: String = "/github", headers: [(name: String, value: String)] = [],
        body: Data = Data()
    ) -> Data {
        let length = [("Content-Length", "\(body.count)")]
        return head(method, target, headers: headers + (body.isEmpty && method != "POST" ? [] : length)) + body
    }

    /// The bytes of a request as far as its empty line, with exactly these headers beside `Host` and `Connection`.
    static func head(
        _ method: String = "POST", _ target: String = "/github", headers: [(name: String, value: String)] = []
    ) -> Data {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: blog.example.com\r\nConnection: close\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        return Data("\(text)\r\n".utf8)
    }
}

/// What came back: the status, headers and body of an HTTP or CGI response.
struct Reply {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: String
    /// All of it.
    let text: String

    init(_ bytes: Data) throws {
        guard let end = bytes.firstRange(of: Data("\r\n\r\n".utf8)) else {
            throw Trouble("no reply: \(String(decoding: bytes, as: UTF8.self))")
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let fields = lines.compactMap { line in
            line.firstRange(of: ": ").map {
                (name: String(line[..<$0.lowerBound]), value: String(line[$0.upperBound...]))
            }
        }
        // CGI has a field for the status, HTTP begins with it.
        let status = fields.first { $0.name == "Status" }?.value ?? String(lines[0].dropFirst("HTTP/1.1 ".count))
        guard let number = Int(status.prefix(3)) else { throw Trouble("no status: \(lines)") }
        self.status = number
        text = String(decoding: bytes, as: UTF8.self)
        headers = fields
        body = String(decoding: bytes[end.upperBound...], as: UTF8.self)
    }

    /// The value of the header `name`.
    subscript(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    /// The text of the member `error` of the body, if that is JSON with one.
    var error: String? {
        try? JSONDecoder().decode([String: String].self, from: Data(body.utf8))["error"]
    }
}

extension Reply {
    /// What everybody gets who proves nothing.
    static let rejection = [
        "HTTP/1.1 401 Unauthorized", "Content-Type: application/json", "Content-Length: 45", "Connection: close",
        "Bellpull-Outcome: rejected", "", #"{"error":"the signature is missing or wrong"}"#,
    ]

    /// All of it, but for what is the web server's.
    var lines: [String] {
        text.components(separatedBy: "\r\n").filter { !$0.hasPrefix("Date: ") && !$0.hasPrefix("Server: ") }
    }
}
