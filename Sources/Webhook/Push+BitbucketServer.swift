internal import Foundation

extension Push {
    private static let changes = JSONExcerpt.List(
        path: ["changes"], elementPaths: [["ref", "id"], ["fromHash"], ["toHash"], ["type"]])

    /// Decodes a payload of Bitbucket Data Center (confluence.atlassian.com, "Event payload", "Push"). Returns one push
    /// per branch or tag that moved. The repository is named by the key of the project and the slug, as in the URLs of
    /// clones: `WEB/blog`, or `~ALICE/blog` for a person's repository.
    static func bitbucketServer(_ payload: Data) throws(Malformed) -> [Push] {
        let (values, changes) = try JSONExcerpt.values(
            at: [["repository", "project", "key"], ["repository", "slug"]], and: changes, in: payload)
        guard let project = values[0]?.string, let slug = values[1]?.string, let changes else {
            throw Malformed(
                "the push payload is malformed: repository.project.key, repository.slug or changes is missing or has the wrong type"
            )
        }
        var pushes: [Push] = []
        pushes.reserveCapacity(changes.count)
        for change in changes {
            if let push = try Push(serverChange: change, repository: "\(project)/\(slug)") { pushes.append(push) }
        }
        return pushes
    }

    /// Decodes one change. Returns `nil` for a ref other than a branch or tag.
    private init?(serverChange change: [JSONValue?], repository: String) throws(Malformed) {
        guard let ref = change[0]?.string, let before = change[1]?.string, let after = change[2]?.string,
            let type = change[3]?.string
        else {
            throw Malformed(
                "the push payload is malformed: the ref.id, fromHash, toHash or type of a change is missing or has the wrong type"
            )
        }
        guard ref.hasPrefix("refs/heads/") || ref.hasPrefix("refs/tags/") else { return nil }
        let isDeletion = type == "DELETE" || Push.isNullCommit(after)
        self.init(
            repository: repository, ref: ref, before: before, after: isDeletion ? Push.nullCommit : after,
            isDeletion: isDeletion)
    }
}
