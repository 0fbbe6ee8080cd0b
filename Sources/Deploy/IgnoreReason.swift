/// Why a delivery does not concern any site.
public enum IgnoreReason: Sendable, Equatable {
    /// No site follows the repository.
    case repository(String)
    /// A tag or another ref moved, and the site follows a branch.
    case notABranch(String)
    /// The branch was deleted.
    case deletion(String)
    /// The name of the new commit is malformed.
    case notACommit(String)
    /// The site accepts deliveries of another forge only.
    case forge(String, site: String)
    /// Only the site's own hook, with the site's own secret, reaches the site.
    case ownHook(site: String)
    /// The delivery names no moved branch or tag.
    case noPushes
    /// The moved ref does not match the ref or pattern followed by the site.
    case otherRef(String, followed: String)

    /// The reason in words. The words contain text of the delivery: escape them before use.
    public var description: String {
        switch self {
        case .repository(let name): "no site follows repository \(name)"
        case .notABranch(let ref): "\(ref) is not a branch"
        case .deletion(let ref): "\(ref) was deleted"
        case .notACommit(let name): "\(name) is not a commit"
        case .forge(let name, let site): "\(site) does not accept deliveries of \(name)"
        case .ownHook(let site): "\(site) has a secret of its own: set the webhook's URL to /github/\(site)"
        case .noPushes: "no branch or tag moved"
        case .otherRef(let ref, let followed): "\(ref) is not followed; the site follows \(followed)"
        }
    }
}
