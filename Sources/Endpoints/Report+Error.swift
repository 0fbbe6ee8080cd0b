internal import FastCGI
internal import Webhook

extension Report {
    /// What is told of a delivery that could not be read.
    init(_ error: any Error) {
        switch error {
        case let error as Malformed:
            self = .malformed(error.reason)
        case let error as Params.RepeatedParameter:
            self = .malformed("the header \(error.name) came twice")
        case Request.BodyError.malformed(let reason):
            self = .malformed(reason)
        case Request.BodyError.tooLarge(let limit):
            self = .refused(413, "the body is larger than \(limit) bytes")
        case is Delivery.UnsupportedEncoding:
            self = .refused(415, "the body is neither plain application/json nor application/x-www-form-urlencoded")
        default:
            self.init(500, "failed", error: "the delivery could not be read: \(error)")
        }
    }
}
