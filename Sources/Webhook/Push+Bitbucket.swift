internal import Foundation

extension Push {
    private static let changes = JSONExcerpt.List(
        path: ["push", "changes"],
        elementPaths: [
            ["new", "type"], ["new", "name"], ["new", "target", "hash"], ["old", "type"], ["old", "name"],
            ["old", "target", "hash"],
        ])

    /// Decodes a payload of Bitbucket (support.atlassian.com, "Event payloads", "Push"). Returns one push per branch or
    /// tag that moved.
    static func bitbucket(_ payload: Data) throws(Malformed) -> [Push] {
        let (values, changes) = try JSONExcerpt.values(at: [["repository", "full_name"]], and: changes, in: payload)
        guard let repository = values[0]?.string, let changes else {
            throw Malformed(
                "the push payload is malformed: repository.full_name or push.changes is missing or has the wrong type")
        }
        var pushes: [Push] = []
        pushes.reserveCapacity(changes.count)
        for change in changes {
            if let push = try Push(change, repository: repository) { pushes.append(push) }
        }
        return pushes
    }

    /// Decodes one change. `new` describes the branch or tag after the push, and is `null` after a deletion. Returns
    /// `nil` for a ref other than a branch or tag.
    private init?(_ change: [JSONValue?], repository: String) throws(Malformed) {
        let isDeletion = change[0...2].allSatisfy { $0 == nil }
        let hash = isDeletion ? Push.nullCommit : change[2]?.string
        guard let type = change[isDeletion ? 3 : 0]?.string, let name = change[isDeletion ? 4 : 1]?.string, let hash
        else {
            throw Malformed(
                "the push payload is malformed: the type, name or target.hash of a change is missing or has the wrong type"
            )
        }
        let namespace: String
        switch type {
        case "branch": namespace = "refs/heads/"
        case "tag": namespace = "refs/tags/"
        default: return nil
        }
        self.init(
            repository: repository, ref: namespace + name, before: change[5]?.string, after: hash,
            isDeletion: isDeletion)
    }
}
