internal import Deploy
internal import Foundation
internal import Git
internal import Text

/// A site, and its latest deployments in the ledger.
struct SiteFacts {
    let site: Site
    /// The oldest deployment that is not finished.
    let current: DeploymentRecord?
    /// The newest finished deployment.
    let last: DeploymentRecord?

    /// - Parameter records: the latest deployments of the site, oldest first.
    init(_ site: Site, _ records: [DeploymentRecord]) {
        self.site = site
        current = records.first { !$0.state.isFinished }
        last = records.last(where: \.state.isFinished)
    }

    /// The shown deployment.
    var shown: DeploymentRecord? { current ?? last }

    /// The place in the list: first what moves, then what failed, then the rest.
    var rank: Int { current != nil ? 0 : last?.state == .failed ? 1 : 2 }

    /// The values for the list of sites.
    func values(root: String, now: Date) -> PageValues {
        var values = PageValues()
        let pin = site.pin
        values.set("root", markup: root)
        values.set("name", site.name)
        values.set("follows", site.follows?.description)
        values.set("commit", site.liveCommit?.short)
        values.set("pin", pin?.description)
        values.set("state", shown?.state.rawValue ?? "never deployed")
        values.set("kind", shown?.state.kind ?? "none")
        values.set("deployment", number: shown.map { Int($0.id) })
        values.set("age", shown?.time.relative(to: now))
        values.set("time", shown?.time.standard)
        values.set("reason", current?.reason ?? (pin == nil ? last?.reason : nil))
        return values
    }
}

extension DeploymentRecord {
    /// The time of the latest change of state.
    var time: Date { ended ?? started ?? queued }

    /// The values for a list of deployments.
    func values(root: String, now: Date, withSite: Bool) -> PageValues {
        var values = PageValues()
        values.set("root", markup: root)
        values.set("id", number: Int(id))
        values.set("name", withSite ? site.name : nil)
        values.set("state", state.rawValue)
        values.set("kind", state.kind)
        values.set("commit", (commit ?? target?.commit)?.short)
        values.set("cause", cause.rawValue)
        values.set("age", time.relative(to: now))
        values.set("time", time.standard)
        values.set("took", duration?.spoken)
        values.set("reason", reason)
        return values
    }
}

extension DeploymentRecord.State {
    /// The class of the state in the style sheet.
    var kind: String {
        switch self {
        case .deployed, .unchanged: "good"
        case .skipped, .cancelled: "calm"
        case .failed: "bad"
        case .running: "busy"
        case .queued, .waiting, .pinned, .interrupted: "wait"
        }
    }
}
