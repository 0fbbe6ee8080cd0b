public import Foundation

/// One request, as Swift values that outlive the connection it came on.
public struct Request: Sendable {
    /// Why a request has no body that could be read.
    public enum BodyError: Error, Equatable, Sendable {
        /// The announced length is over the limit, in bytes; nothing was read.
        case tooLarge(limit: Int)
        /// The length is no number, or not that of the body; the text says which.
        case malformed(String)
    }

    /// The request's parameters.
    public let params: Params
    /// The body, raw as it was sent, or why there is none; empty if no length was announced.
    public let body: Result<Data, BodyError>
    /// When the request had been read.
    public let received: ContinuousClock.Instant

    /// A request with these parameters and this body.
    public init(params: Params, body: Result<Data, BodyError> = .success(Data())) {
        self.params = params
        self.body = body
        self.received = .now
    }

    /// The length of the body that `params` announce (RFC 3875 §4.1.2), or why none can be read.
    static func announcedLength(in params: Params, limit: Int) throws(BodyError) -> Int {
        let text: String?
        do {
            text = try params.value(of: "CONTENT_LENGTH")
        } catch {
            throw .malformed("the content length stands in the request twice")
        }
        guard let text else { return 0 }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let length = Int(text)
        else { throw .malformed("the content length is not a number of bytes") }
        guard length <= limit else { throw .tooLarge(limit: limit) }
        return length
    }
}
