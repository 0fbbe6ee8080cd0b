internal import FastCGI
internal import Text
internal import Webhook

extension Report {
    /// Creates the report on an unreadable delivery.
    init(_ error: any Error) {
        switch error {
        case let error as Malformed:
            self = .malformed(error.reason)
        case let error as Params.RepeatedParameter:
            self = .malformed("the header \(error.name) was sent twice")
        case Request.BodyError.malformed(let reason):
            self = .malformed(reason)
        case Request.BodyError.tooLarge(let limit):
            self = .refused(413, "the body is larger than \(limit) bytes")
        case is Delivery.UnsupportedEncoding:
            self = .refused(
                415,
                "the content type must be application/json or application/x-www-form-urlencoded, without a content encoding"
            )
        default:
            self.init(500, "failed", error: Explanation("the delivery could not be read: \(error)"))
        }
    }
}
