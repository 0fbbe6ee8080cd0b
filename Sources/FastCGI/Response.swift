/// A reply, sent as a CGI document response (RFC 3875 §6.2.1).
public struct Response: Sendable {
    /// The HTTP status code.
    public let status: Int
    /// The header fields, in the order of sending. `Content-Type` and `Content-Length` are added automatically.
    public var headers: [(name: StaticString, value: FieldValue)]
    /// The media type of the body.
    public let contentType: StaticString
    /// The body.
    public let body: String
    /// Whether the body is left out, as the reply to HEAD requires. The header fields describe the body all the same.
    public var omitsBody = false

    /// Creates a reply. The body is a JSON text, unless `contentType` names another media type.
    public init(
        status: Int, headers: [(name: StaticString, value: FieldValue)] = [],
        contentType: StaticString = "application/json", body: String
    ) {
        self.status = status
        self.headers = headers
        self.contentType = contentType
        self.body = body
    }

    /// The reply as the web server reads it.
    var serialized: String { serializedText.text }

    /// The bytes of the reply.
    var serializedBytes: [UInt8] { serializedText.utf8 }

    private var serializedText: TextBuffer {
        var text = TextBuffer(capacity: 512 + body.utf8.count)
        text.append(literal: "Status: ")
        text.append(Int64(status))
        text.append(literal: " ")
        text.append(literal: Self.phrase(for: status))
        // A reply 304 has no body, and its length would be taken for that of the page (RFC 9110 §15.4.5).
        if status != 304 {
            text.append(literal: "\r\nContent-Type: ")
            text.append(literal: contentType)
            text.append(literal: "\r\nContent-Length: ")
            text.append(Int64(body.utf8.count))
        }
        for (name, value) in headers {
            text.append(literal: "\r\n")
            text.append(literal: name)
            text.append(literal: ": ")
            text.append(value.description)
        }
        text.append(literal: "\r\n\r\n")
        if !omitsBody { text.append(body) }
        return text
    }

    /// Returns the reason phrase (RFC 9110 §15). Without a phrase, a web server writes a status line that lacks the
    /// space after the status code.
    private static func phrase(for status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 202: "Accepted"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 503: "Service Unavailable"
        default: "Internal Server Error"
        }
    }
}
