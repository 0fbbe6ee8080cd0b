import Foundation
import TestSupport

/// The status, headers and body of an HTTP or CGI response.
struct Reply {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: String
    /// The whole response.
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
        // A CGI response has a field for the status, an HTTP response begins with the status.
        let status = fields.first { $0.name == "Status" }?.value ?? String(lines[0].dropFirst("HTTP/1.1 ".count))
        guard let number = Int(status.prefix(3)) else { throw Trouble("no status: \(lines)") }
        self.status = number
        text = String(decoding: bytes, as: UTF8.self)
        headers = fields
        body = String(decoding: bytes[end.upperBound...], as: UTF8.self)
    }

    /// The value of the header `name`.
    subscript(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    /// The body without the framing of a chunked transfer (RFC 9112 §7.1).
    var content: String {
        guard self["Transfer-Encoding"] == "chunked" else { return body }
        var (rest, content) = (body[...], "")
        while let end = rest.firstRange(of: "\r\n"), let length = Int(rest[..<end.lowerBound], radix: 16), length > 0 {
            let chunk = rest[end.upperBound...].utf8.prefix(length)
            content += String(chunk) ?? ""
            rest = rest[chunk.endIndex...].dropFirst()
        }
        return content
    }

    /// The status and the outcome, such as `200 deployed`.
    var summary: String { [String(status), self["Bellpull-Outcome"]].compactMap(\.self).joined(separator: " ") }

    /// The member `error` of the body, or `nil` if the body is not a JSON object with this member.
    var error: String? {
        try? JSONDecoder().decode([String: String].self, from: Data(body.utf8))["error"]
    }
}

extension Reply {
    /// The lines of the reply to every delivery without a valid signature or token.
    static let rejection = [
        "HTTP/1.1 401 Unauthorized", "Content-Type: application/json", "Content-Length: 45", "Connection: close",
        "Bellpull-Outcome: rejected", "", #"{"error":"the signature is missing or wrong"}"#,
    ]

    /// The lines of the whole reply without the headers of the web server.
    var lines: [String] {
        text.components(separatedBy: "\r\n").filter { !$0.hasPrefix("Date: ") && !$0.hasPrefix("Server: ") }
    }
}
