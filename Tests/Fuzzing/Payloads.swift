internal import Foundation

@testable internal import Webhook

private let events: [(ForgeName, String)] = [
    (.github, "push"), (.gitea, "push"), (.gitlab, "Push Hook"), (.gitlab, "System Hook"), (.bitbucket, "repo:push"),
    (.bitbucketServer, "repo:refs_changed"),
]

/// Reads a payload: the first byte chooses the forge. The values must equal those that Foundation reads, if Foundation
/// accepts the payload.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let (forge, event) = events[Int(bytes[0]) % events.count]
    let payload = Data(bytes: bytes + 1, count: count - 1)
    let delivery = Delivery(forge: forge, id: nil, event: event, authentication: .missing, encoding: .json)
    guard case .push(let pushes) = try? Forges().event(of: delivery, in: VerifiedBody(bytes: payload)) else { return 0 }
    precondition(!pushes.isEmpty, "an event without a push")
    guard let whole = try? JSONSerialization.jsonObject(with: payload) as? [String: Any] else { return 0 }
    switch forge {
    case .gitlab:
        compare(pushes[0].ref, whole["ref"])
        compare(pushes[0].repository, (whole["project"] as? [String: Any])?["path_with_namespace"])
    case .bitbucket:
        let changes = (whole["push"] as? [String: Any])?["changes"] as? [[String: Any]] ?? []
        precondition(pushes.count <= changes.count, "more pushes than changes")
        compare(pushes[0].repository, (whole["repository"] as? [String: Any])?["full_name"])
    case .bitbucketServer:
        let changes = whole["changes"] as? [[String: Any]] ?? []
        precondition(pushes.count <= changes.count, "more pushes than changes")
        let repository = whole["repository"] as? [String: Any]
        let project = (repository?["project"] as? [String: Any])?["key"] as? String ?? ""
        compare(pushes[0].repository, "\(project)/\(repository?["slug"] as? String ?? "")")
    case .github, .gitea, .forgejo, .gogs:
        compare(pushes[0].ref, whole["ref"])
        compare(pushes[0].after, whole["after"])
        compare(pushes[0].repository, (whole["repository"] as? [String: Any])?["full_name"])
    }
    return 0
}

private func compare(_ text: String, _ other: Any?) {
    precondition((other as? String).map { $0.utf8.elementsEqual(text.utf8) } == true, "Foundation reads another value")
}
