public import Foundation

/// One request, as Swift values that outlive its connection.
public struct Request: Sendable {
    /// The reason why the body of a request cannot be read.
    public enum BodyError: Error, Equatable, Sendable {
        /// The content length exceeds the limit, in bytes. Nothing of the body was read.
        case tooLarge(limit: Int)
        /// The content length is not a number or not the length of the body, as the text says.
        case malformed(String)
    }

    /// The request's parameters.
    public let params: Params
    /// The raw body, or the reason why the body cannot be read.
    public let body: Result<Data, BodyError>
    /// The time when the whole request had been read.
    public let received: ContinuousClock.Instant

    /// Creates a request, received now.
    public init(params: Params, body: Result<Data, BodyError> = .success(Data())) {
        self.params = params
        self.body = body
        self.received = .now
    }

    /// Returns the length of the body, in bytes (RFC 3875 §4.1.2). Returns `nil` if the web server does not know the
    /// length: no content length, or -1, which Caddy sends for a chunked body.
    static func contentLength(in params: Params, limit: Int) throws(BodyError) -> Int? {
        let text: String?
        do {
            text = try params.value(of: "CONTENT_LENGTH")
        } catch {
            throw .malformed("the request has two content lengths")
        }
        guard let text, text != "-1" else { return nil }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let length = Int(text)
        else { throw .malformed("the content length is not a number of bytes") }
        guard length <= limit else { throw .tooLarge(limit: limit) }
        return length
    }

    /// Whether the body may be too large to let other requests wait meanwhile: reading and verifying 256 KiB takes about 0.4 ms.
    static func mayHaveLargeBody(_ params: Params, limit: Int) -> Bool {
        let large = 256 << 10
        return limit > large && (try? contentLength(in: params, limit: large)) == nil
    }
}
