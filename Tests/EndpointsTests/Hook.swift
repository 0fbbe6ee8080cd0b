import FastCGI
import Foundation

@testable import Webhook

/// A delivery in the form of a real forge: valid unless a test sets a property otherwise.
struct Hook {
    var event = "push"
    var id = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
    var contentType = "application/json"
    var contentEncoding = ""
    var method = "POST"
    var path = ""
    /// The mount that the web server names, if any.
    var mount = ""
    var body = Hook.push()
    /// The signature headers; `nil` for valid headers. An empty header is not sent.
    var signatures: (sha256: String, sha1: String)?

    /// The payload of a push.
    static func push(
        ref: String = "refs/heads/main", after: String = Stage.commit, repository: String = "alice/blog",
        deleted: Bool = false
    ) -> String {
        struct Payload: Encodable {
            let ref: String
            let after: String
            let deleted: Bool
            let repository: [String: String]
        }
        let payload = Payload(ref: ref, after: after, deleted: deleted, repository: ["full_name": repository])
        // The same bytes each time, so the delivery can be repeated.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(payload)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The header to verify `body` with `secret`.
    static func signature(
        of body: String, by algorithm: Signature.Algorithm = .sha256, secret: String = Stage.secret
    ) throws -> String {
        let digest = try Secret(secret).digest(of: Data(body.utf8), by: algorithm)
        return "\(algorithm.rawValue)=" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The path of the hook, as in the parameters of the request.
    var place: String? { path.isEmpty ? nil : path }

    /// The request with the delivery.
    func request() throws -> Request {
        let signatures = try signatures ?? (sha256: Self.signature(of: body), sha1: "")
        return Request(
            params: Params([
                "REQUEST_METHOD": method, "PATH_INFO": path, "BELLPULL_MOUNT": mount, "CONTENT_TYPE": contentType,
                "HTTP_CONTENT_ENCODING": contentEncoding, "HTTP_X_GITHUB_EVENT": event, "HTTP_X_GITHUB_DELIVERY": id,
                "HTTP_X_HUB_SIGNATURE_256": signatures.sha256, "HTTP_X_HUB_SIGNATURE": signatures.sha1,
            ]),
            body: .success(Data(body.utf8)))
    }
}
