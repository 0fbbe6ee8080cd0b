internal import Endpoints
internal import FastCGI

extension Refusal {
    /// Returns the reply as a line of text.
    func plainText(for request: Request) -> Response {
        var headers: [(name: StaticString, value: FieldValue)] = [
            ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
        ]
        if case .method(let allowed) = self { headers.append(("Allow", allowed)) }
        var response = Response(
            status: status, headers: headers, contentType: "text/plain; charset=utf-8", body: "\(message)\n")
        response.omitsBody = (try? request.params.value(of: "REQUEST_METHOD")) == "HEAD"
        return response
    }

    /// The HTTP status code.
    var status: Int {
        switch self {
        case .malformed: 400
        case .notFound: 404
        case .method: 405
        }
    }

    /// The message for the reader.
    var message: String {
        switch self {
        case .malformed(let reason): reason
        case .notFound: "nothing is at this address"
        case .method: "this address takes GET and HEAD"
        }
    }
}
