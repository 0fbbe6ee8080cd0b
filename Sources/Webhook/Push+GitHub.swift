internal import Foundation

extension Push {
    private static let paths: [JSONExcerpt.Path] = [
        ["ref"], ["after"], ["repository", "full_name"], ["deleted"], ["before"],
    ]

    /// Decodes a payload of GitHub (docs.github.com, "Webhook events and payloads", `push`). Gitea and Forgejo send the
    /// same members.
    init(gitHub payload: Data) throws(Malformed) {
        let values = try JSONExcerpt.values(at: Self.paths, in: payload)
        let deleted = values[3].flatMap { $0.isNull ? nil : $0 }
        guard let ref = values[0]?.string, let after = values[1]?.string, let repository = values[2]?.string,
            let isDeletion = deleted.map(\.bool) ?? Push.isNullCommit(after)
        else {
            throw Malformed(
                "the push payload is malformed: ref, after or repository.full_name is missing or has the wrong type")
        }
        self.init(
            repository: repository, ref: ref, before: values[4]?.string, after: after, isDeletion: isDeletion)
    }
}
