internal import Foundation

/// The payload of an `OutgoingDelivery`: the members that forges send and Bellpull reads.
struct OutgoingPayload {
    private let message: OutgoingDelivery.Message
    private let repository: String

    init(_ message: OutgoingDelivery.Message, repository: String) {
        self.message = message
        self.repository = repository
    }

    /// Returns the JSON that `forge` sends.
    func data(for forge: ForgeName) -> Data {
        // Dictionaries of strings can always be encoded.
        (try? JSONSerialization.data(
            withJSONObject: object(for: forge), options: [.sortedKeys, .withoutEscapingSlashes]))
            ?? Data("{}".utf8)
    }

    private func object(for forge: ForgeName) -> [String: Any] {
        guard case .push(let ref, let commit, let before) = message else {
            return forge == .bitbucketServer
                ? ["test": true]
                : ["zen": "This is a test by bellpull deliver.", "repository": ["full_name": repository]]
        }
        let old = before ?? String(repeating: "0", count: commit.utf8.count)
        switch forge {
        case .github, .gitea, .forgejo, .gogs:
            return [
                "ref": ref, "before": old, "after": commit, "created": before == nil, "deleted": false,
                "repository": ["full_name": repository], "head_commit": ["id": commit], "commits": [["id": commit]],
            ]
        case .gitlab:
            let kind = ref.hasPrefix("refs/tags/") ? "tag_push" : "push"
            return [
                "object_kind": kind, "event_name": kind, "ref": ref, "before": old, "after": commit,
                "checkout_sha": commit, "project": ["path_with_namespace": repository], "commits": [["id": commit]],
            ]
        case .bitbucket:
            return [
                "repository": ["full_name": repository],
                "push": [
                    "changes": [
                        [
                            "new": change(ref, commit),
                            "old": before.map { change(ref, $0) as Any } ?? NSNull(),
                            "created": before == nil, "closed": false,
                        ] as [String: Any]
                    ]
                ],
            ]
        case .bitbucketServer:
            let parts = repository.split(separator: "/", maxSplits: 1).map(String.init)
            let type = before == nil ? "ADD" : "UPDATE"
            return [
                "eventKey": "repo:refs_changed",
                "repository": ["slug": parts.last ?? "", "project": ["key": parts.first ?? ""]] as [String: Any],
                "changes": [
                    [
                        "ref": [
                            "id": ref, "displayId": Self.name(ref), "type": Self.kind(ref).uppercased(),
                        ],
                        "refId": ref, "fromHash": old, "toHash": commit, "type": type,
                    ] as [String: Any]
                ],
            ]
        }
    }

    /// A branch or tag in Bitbucket's payload.
    private func change(_ ref: String, _ commit: String) -> [String: Any] {
        ["type": Self.kind(ref), "name": Self.name(ref), "target": ["type": "commit", "hash": commit]]
    }

    private static func kind(_ ref: String) -> String { ref.hasPrefix("refs/tags/") ? "tag" : "branch" }

    private static func name(_ ref: String) -> String {
        String(ref.trimmingPrefix("refs/heads/").trimmingPrefix("refs/tags/"))
    }
}
