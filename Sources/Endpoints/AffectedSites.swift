internal import Deploy
internal import Webhook

/// The sites concerned by the pushes of a delivery.
enum AffectedSites {
    /// A site, and its announced target.
    typealias Entry = (site: Site, target: DeploymentRecord.Target)

    /// The given sites, each once, all of the given repository.
    case some([Entry], repository: String)
    /// No site, for the given reason.
    case none(IgnoreReason)

    /// Finds the sites of `pushes` (all of one repository) within the reach of `forge` through `hook`.
    init(of pushes: [Push], from forge: ForgeName, at hook: Hook) {
        var sites: [Entry] = []
        var reasons: [IgnoreReason] = []
        for push in pushes {
            let candidates = hook.sites(of: push.repository)
            if candidates.isEmpty { reasons.append(.repository(push.repository)) }
            for site in candidates {
                guard hook.accepts(forge, for: site) else {
                    reasons.append(.forge(forge.rawValue, site: site.name))
                    continue
                }
                switch site.relevance(of: push) {
                case .ignore(let reason): reasons.append(reason)
                case .deploy(let target):
                    // Of several changes to one site, the last counts.
                    sites.removeAll { $0.site.name == site.name }
                    sites.append((site, target))
                }
            }
        }
        self =
            sites.isEmpty
            ? .none(reasons.first ?? .noPushes) : .some(sites, repository: pushes.first?.repository ?? "")
    }
}
