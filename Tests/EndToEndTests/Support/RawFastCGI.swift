import Foundation

/// FastCGI records as bytes (FastCGI 1.0 §3.3): those of nginx, and those of a hostile peer.
enum RawFastCGI {
    enum Kind: UInt8 {
        case beginRequest = 1
        case abortRequest = 2
        case endRequest = 3
        case params = 4
        case stdin = 5
        case stdout = 6
        case getValues = 9
    }

    /// Sends `bytes` to the socket at `path`, and returns the CGI response.
    static func reply(to bytes: [UInt8], on path: String, within time: Duration = .seconds(20)) throws -> Reply {
        let socket = try PeerSocket(path: path)
        socket.send(bytes)
        return try reply(on: socket, within: time)
    }

    /// Returns the CGI response from `socket`.
    static func reply(on socket: PeerSocket, within time: Duration = .seconds(20)) throws -> Reply {
        try Reply(output(in: Array(try socket.receive(within: time))))
    }

    /// Returns a complete request.
    static func request(_ params: [(name: String, value: String)], body: Data = Data()) -> [UInt8] {
        var bytes = record(.beginRequest, [0, 1, 0, 0, 0, 0, 0, 0])
        bytes += stream(.params, params.flatMap { pair($0.name, $0.value) })
        return bytes + stream(.stdin, Array(body))
    }

    /// Returns the parameters that nginx sends for `delivery`.
    static func params(_ delivery: GitHubDelivery) -> [(name: String, value: String)] {
        [("REQUEST_METHOD", "POST"), ("PATH_INFO", ""), ("CONTENT_LENGTH", "\(delivery.body.count)")]
            + delivery.headers.map { name, value in
                let variable = name.uppercased().replacing("-", with: "_")
                return (name == "Content-Type" ? variable : "HTTP_\(variable)", value)
            }
    }

    /// Returns a record of request 1.
    static func record(_ kind: Kind, _ content: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let length = content.count
        return [version, kind.rawValue, 0, 1, UInt8(length >> 8), UInt8(length & 0xff), 0, 0] + content
    }

    /// Returns a name and its value (§3.4).
    static func pair(_ name: String, _ value: String) -> [UInt8] {
        length(name.utf8.count) + length(value.utf8.count) + Array(name.utf8) + Array(value.utf8)
    }

    private static func length(_ count: Int) -> [UInt8] {
        guard count > 127 else { return [UInt8(count)] }
        return [UInt8(count >> 24 | 0x80), UInt8(count >> 16 & 0xff), UInt8(count >> 8 & 0xff), UInt8(count & 0xff)]
    }

    /// Returns `bytes` in as many records as necessary, and the empty record at the end of the stream.
    private static func stream(_ kind: Kind, _ bytes: [UInt8]) -> [UInt8] {
        let starts = stride(from: 0, to: bytes.count, by: 0x8000)
        return starts.flatMap { record(kind, Array(bytes[$0..<min($0 + 0x8000, bytes.count)])) } + record(kind, [])
    }

    private static func output(in bytes: [UInt8]) -> Data {
        var output = Data()
        var left = bytes[...]
        while left.count >= 8 {
            let header = Array(left.prefix(8))
            let length = Int(header[4]) << 8 | Int(header[5])
            if header[1] == Kind.stdout.rawValue { output += left.dropFirst(8).prefix(length) }
            left = left.dropFirst(8 + length + Int(header[6]))
        }
        return output
    }
}
