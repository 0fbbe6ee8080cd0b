import Testing

@testable import Endpoints
@testable import FastCGI
@testable import Webhook

@Suite struct `a report of an error` {
    private struct Surprise: Error {}

    @Test(
        arguments: [
            (Malformed("it is odd"), 400, "malformed", "it is odd"),
            (
                Params.RepeatedParameter(name: "X-Hub-Signature"), 400, "malformed",
                "the header X-Hub-Signature was sent twice"
            ),
            (Request.BodyError.malformed("it is short"), 400, "malformed", "it is short"),
            (Request.BodyError.tooLarge(limit: 7), 413, "refused", "the body is larger than 7 bytes"),
            (
                Delivery.UnsupportedEncoding(), 415, "refused",
                "the content type must be application/json or application/x-www-form-urlencoded, without a content encoding"
            ),
            (Surprise(), 500, "failed", "the delivery could not be read: Surprise()"),
        ] as [(any Error, Int, String, String)])
    func `names the problem`(_ error: any Error, status: Int, outcome: String, text: String) {
        let report = Report(error)
        #expect(report.status == status)
        #expect(report.outcome.description == outcome)
        #expect(report.error?.text == text)
    }
}
