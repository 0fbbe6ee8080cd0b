internal import Foundation

extension Push {
    private static let paths: [JSONExcerpt.Path] = [["ref"], ["after"], ["repository", "full_name"], ["deleted"]]

    /// The push that a payload of GitHub's kind announces (docs.github.com, "Webhook events and payloads", `push`), which
    /// is Gitea's and Forgejo's too.
    init(payload: Data) throws(Malformed) {
        let values = try JSONExcerpt.values(at: Self.paths, in: payload)
        let deleted = values[3].flatMap { $0.isNull ? nil : $0 }
        guard let ref = values[0]?.string, let after = values[1]?.string, let repository = values[2]?.string,
            let isDeletion = deleted.map(\.bool) ?? Push.isNowhere(after)
        else {
            throw Malformed("the payload is not that of a push: ref, after or repository.full_name is missing or odd")
        }
        self.init(repository: repository, ref: ref, after: after, isDeletion: isDeletion)
    }
}
