internal import Deploy
internal import Webhook

/// Whom a delivery's pushes concern.
enum Addressees {
    /// A site, and where it is to be brought.
    typealias Addressee = (site: Site, target: DeploymentRecord.Target)

    /// These sites, of this repository, each once.
    case sites([Addressee], String)
    /// No site, for this reason.
    case nobody(IgnoreReason)

    /// Those of `pushes`, all of one repository, that `forge` may reach through `hook`.
    init(of pushes: [Push], from forge: ForgeName, at hook: Hook) {
        var sites: [Addressee] = []
        var reasons: [IgnoreReason] = []
        for push in pushes {
            let candidates = hook.sites(of: push.repository)
            if candidates.isEmpty { reasons.append(.repository(push.repository)) }
            for site in candidates {
                guard hook.takes(forge, for: site) else {
                    reasons.append(.forge(forge.rawValue, site: site.name))
                    continue
                }
                switch site.relevance(of: push) {
                case .ignore(let reason): reasons.append(reason)
                case .deploy(let target):
                    // Of several changes to one site the last one counts.
                    sites.removeAll { $0.site.name == site.name }
                    sites.append((site, target))
                }
            }
        }
        self = sites.isEmpty ? .nobody(reasons.first ?? .nothing) : .sites(sites, pushes.first?.repository ?? "")
    }
}
