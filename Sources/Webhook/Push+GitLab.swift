internal import Foundation

extension Push {
    private static let paths: [JSONExcerpt.Path] = [
        ["object_kind"], ["ref"], ["after"], ["checkout_sha"], ["project", "path_with_namespace"], ["before"],
    ]

    /// Decodes a payload of GitLab (docs.gitlab.com, "Webhook events", "Push events" and "Tag events"). Returns `nil`
    /// for another kind of event: all system hooks have the same event name.
    init?(gitLab payload: Data) throws(Malformed) {
        let values = try JSONExcerpt.values(at: Self.paths, in: payload)
        guard let kind = values[0]?.string, kind == "push" || kind == "tag_push" else { return nil }
        guard let ref = values[1]?.string, let after = values[2]?.string, let repository = values[4]?.string else {
            throw Malformed(
                "the push payload is malformed: ref, after or project.path_with_namespace is missing or has the wrong type"
            )
        }
        let isDeletion = Push.isNullCommit(after)
        // For an annotated tag, `after` is the tag object and `checkout_sha` the commit. A deletion has no
        // `checkout_sha`.
        let commit = isDeletion ? nil : values[3]?.string
        self.init(
            repository: repository, ref: ref, before: values[5]?.string, after: commit ?? after, isDeletion: isDeletion)
    }
}
