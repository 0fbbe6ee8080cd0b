internal import Foundation

extension Delivery {
    /// Whether the signature is that of the payload and not of the form it came in (Gitea, services/webhook/deliver.go).
    private var signsFormField: Bool { encoding == .form && (forge == .gitea || forge == .forgejo) }

    /// The bytes of `body` that the forge signs.
    ///
    /// - Throws: `Malformed` if they are a form's field, and the form is none.
    func signedBytes(of body: Data) throws(Malformed) -> Data {
        signsFormField ? try FormBody(body).payload() : body
    }

    /// The payload that `verified` is or holds.
    ///
    /// - Throws: `Malformed`, or `UnsupportedEncoding` if the headers did not say which.
    func payload(in verified: VerifiedBody) throws -> Data {
        switch encoding {
        case nil: throw UnsupportedEncoding()
        case .form where !signsFormField: try FormBody(verified.bytes).payload()
        case .form, .json: verified.bytes
        }
    }
}
