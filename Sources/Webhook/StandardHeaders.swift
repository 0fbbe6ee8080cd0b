public import Foundation

extension Secret {
    /// Whether the secret is a signing token, `whsec_<base64>`.
    public var isSigningToken: Bool { standardDigest(of: Data(), after: "") != nil }

    /// Returns the headers that sign `body` by Standard Webhooks 1.0.0 ("Webhook headers"); `nil` if the secret is not a signing
    /// token.
    ///
    /// - Parameters:
    ///   - id: the id of the message, without a full stop. The id is the same for each try.
    ///   - time: the time of this try.
    public func standardHeaders(
        id: String, at time: Date, for body: Data
    ) -> [(name: String, value: String)]? {
        let timestamp = String(Int64(time.timeIntervalSince1970))
        guard let digest = standardDigest(of: body, after: "\(id).\(timestamp).") else { return nil }
        return [
            ("webhook-id", id), ("webhook-timestamp", timestamp),
            ("webhook-signature", "v1,\(Data(digest).base64EncodedString())"),
        ]
    }
}
