internal import Foundation

extension Push {
    private static let paths: [JSONExcerpt.Path] = [
        ["object_kind"], ["ref"], ["after"], ["checkout_sha"], ["project", "path_with_namespace"],
    ]

    /// The push that a payload of GitLab's announces (docs.gitlab.com, "Webhook events", "Push events" and "Tag events");
    /// `nil` if it is of another kind, as all kinds of system hooks come under one name.
    init?(gitLab payload: Data) throws(Malformed) {
        let values = try JSONExcerpt.values(at: Self.paths, in: payload)
        guard let kind = values[0]?.string, kind == "push" || kind == "tag_push" else { return nil }
        guard let ref = values[1]?.string, let after = values[2]?.string, let repository = values[4]?.string else {
            throw Malformed(
                "the payload is not that of a push: ref, after or project.path_with_namespace is missing or odd")
        }
        let isDeletion = Push.isNowhere(after)
        // `after` of an annotated tag is the tag; the commit is here. There is none in a deletion.
        let commit = isDeletion ? nil : values[3]?.string
        self.init(repository: repository, ref: ref, after: commit ?? after, isDeletion: isDeletion)
    }
}
