internal import Foundation

extension Push {
    private static let paths: [JSONExcerpt.Path] = [
        ["object_kind"], ["ref"], ["after"], ["checkout_sha"], ["project", "path_with_namespace"], ["before"],
        ["event_name"],
    ]

    /// Decodes a payload of GitLab (docs.gitlab.com, "Webhook events", "Push events" and "Tag events"; "System hooks").
    /// Returns the kind of the event, if the payload names the kind, and the push, if the event is a push. All system
    /// hooks have the same event in the header. Some payloads of system hooks have `event_name`, but no `object_kind`.
    static func gitLab(_ payload: Data) throws(Malformed) -> (kind: String?, push: Push?) {
        let values = try JSONExcerpt.values(at: paths, in: payload)
        let kind = values[0]?.string ?? values[6]?.string
        guard kind == "push" || kind == "tag_push" else { return (kind, nil) }
        guard let ref = values[1]?.string, let after = values[2]?.string, let repository = values[4]?.string else {
            throw Malformed(
                "the push payload is malformed: ref, after or project.path_with_namespace is missing or has the wrong type"
            )
        }
        let isDeletion = isNullCommit(after)
        // For an annotated tag, `after` is the tag object and `checkout_sha` the commit. A deletion has no
        // `checkout_sha`.
        let commit = isDeletion ? nil : values[3]?.string
        let push = Push(
            repository: repository, ref: ref, before: values[5]?.string, after: commit ?? after, isDeletion: isDeletion)
        return (kind, push)
    }
}
