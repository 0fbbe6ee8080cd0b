internal import Foundation

extension Push {
    private static let changes = JSONExcerpt.List(
        path: ["push", "changes"],
        elementPaths: [
            ["new", "type"], ["new", "name"], ["new", "target", "hash"], ["old", "type"], ["old", "name"],
        ])

    /// The pushes that a payload of Bitbucket's announces (support.atlassian.com, "Event payloads", "Push"), each branch and
    /// tag that moved being one.
    static func bitbucket(_ payload: Data) throws(Malformed) -> [Push] {
        let (values, changes) = try JSONExcerpt.values(at: [["repository", "full_name"]], and: changes, in: payload)
        guard let repository = values[0]?.string, let changes else {
            throw Malformed("the payload is not that of a push: repository.full_name or push.changes is missing or odd")
        }
        var pushes: [Push] = []
        pushes.reserveCapacity(changes.count)
        for change in changes {
            if let push = try Push(change, repository: repository) { pushes.append(push) }
        }
        return pushes
    }

    /// The push that is one change: `new` is where the branch or tag is now, and `null` if it is gone. `nil` if it is
    /// neither branch nor tag.
    private init?(_ change: [JSONValue?], repository: String) throws(Malformed) {
        let isDeletion = change[0...2].allSatisfy { $0 == nil }
        let hash = isDeletion ? Push.nowhere : change[2]?.string
        guard let type = change[isDeletion ? 3 : 0]?.string, let name = change[isDeletion ? 4 : 1]?.string, let hash
        else {
            throw Malformed("the payload is not that of a push: a change's type, name or target.hash is missing or odd")
        }
        switch type {
        case "branch": self.init(repository: repository, ref: "refs/heads/\(name)", after: hash, isDeletion: isDeletion)
        case "tag": self.init(repository: repository, ref: "refs/tags/\(name)", after: hash, isDeletion: isDeletion)
        default: return nil
        }
    }
}
