public import Deploy
public import Endpoints
internal import Foundation
internal import Synchronization

/// Counts what happens from the start of the process on. Costs one lock per event.
public final class Metrics: Observer {
    struct Site {
        /// How many deployments of the site ended, by result.
        var results: [String: Int] = [:]
        /// Whether the last deployment failed; `nil` if unknown.
        var isFailed: Bool?
        /// When a deployment last ended, in whole seconds since 1970.
        var lastEnd: Int64?
    }

    struct Facts {
        var deliveries: [String: Int] = [:]
        var answers = Histogram.ofDeliveries
        /// By the name of the site.
        var sites: [String: Site] = [:]
        /// By the result of the deployment.
        var durations: [String: Histogram] = [:]
        var catchUp: [String: Int] = [:]
        var unreachable: Set<String> = []
        var commits = 0
        var ledgerErrors: [String: Int] = [:]
        /// The sites in use, in order.
        var names: [String] = []
        var mistakes = 0
    }

    private let facts = Mutex(Facts())
    /// When the process started, in seconds since 1970.
    let start = Date().timeIntervalSince1970

    /// Creates metrics without any event.
    public init() {}

    /// The facts so far.
    var current: Facts { facts.withLock { $0 } }

    /// Replaces the sites in use.
    ///
    /// - Parameter mistakes: the number of mistakes in the configuration files.
    public func follow(_ sites: [String], mistakes: Int) {
        let names = sites.sorted()
        facts.withLock { facts in
            facts.names = names
            facts.mistakes = mistakes
            // A removed site vanishes, so that nothing warns of it for ever.
            let known = Set(names)
            facts.sites = facts.sites.filter { known.contains($0.key) }
            facts.unreachable.formIntersection(known)
            for name in names where facts.sites[name] == nil { facts.sites[name] = Site() }
        }
    }

    /// Takes over the last results of an earlier process. A result of this process is newer.
    func recordEarlier(_ records: [DeploymentRecord]) {
        facts.withLock { facts in
            for record in records {
                guard let ended = record.ended, facts.sites[record.site.name]?.isFailed == nil else { continue }
                facts.sites[record.site.name]?.isFailed = record.state == .failed
                facts.sites[record.site.name]?.lastEnd = Int64(ended.timeIntervalSince1970)
            }
        }
    }

    // MARK: Events

    /// Counts the delivery.
    public func note(_ delivery: AnsweredDelivery) {
        let outcome = delivery.outcome
        let duration = Duration.milliseconds(delivery.milliseconds)
        facts.withLock { facts in
            facts.deliveries[outcome, default: 0] += 1
            facts.answers.record(duration)
            if outcome == "unrecorded" { facts.ledgerErrors["record", default: 0] += 1 }
        }
    }

    /// Counts the deployment or the transaction.
    public func note(_ event: Dispatcher.Event) {
        switch event {
        case .committed: facts.withLock { $0.commits += 1 }
        case .notStarted: facts.withLock { $0.ledgerErrors["start", default: 0] += 1 }
        case .finished(let site, let deployment): record(deployment, of: site.name)
        }
    }

    private func record(_ deployment: FinishedDeployment, of site: String) {
        let result = deployment.result.word
        let now = Int64(Date().timeIntervalSince1970)
        facts.withLock { facts in
            // A site that was removed meanwhile stays removed.
            facts.sites[site]?.results[result, default: 0] += 1
            facts.durations[result, default: .ofDeployments].record(deployment.duration)
            guard let isFailed = deployment.result.isFailed else { return }
            facts.sites[site]?.isFailed = isFailed
            facts.sites[site]?.lastEnd = now
        }
    }

    /// Counts the event of catch-up.
    public func note(_ event: CatchUp.Event) {
        facts.withLock { facts in
            switch event {
            case .missed: facts.catchUp["missed", default: 0] += 1
            case .unreachable(let site, _, _):
                facts.catchUp["unreachable", default: 0] += 1
                facts.unreachable.insert(site.name)
            case .reachable(let site):
                facts.catchUp["reachable", default: 0] += 1
                facts.unreachable.remove(site.name)
            case .recovered(let site, _):
                facts.catchUp["recovered", default: 0] += 1
                facts.sites[site.name]?.isFailed = false
            }
        }
    }

    /// Counts the error.
    public func note(_ error: LedgerError) { facts.withLock { $0.ledgerErrors["read", default: 0] += 1 } }
}

extension DeploymentResult {
    /// The result as one word, as in the ledger.
    var word: String {
        switch self {
        case .deployed: "deployed"
        case .unchanged: "unchanged"
        case .failed: "failed"
        case .waiting: "waiting"
        case .skipped: "skipped"
        case .pinned: "pinned"
        case .cancelled: "cancelled"
        case .interrupted: "interrupted"
        }
    }

    /// Whether the site is failed after this result; `nil` if the result says nothing about that.
    fileprivate var isFailed: Bool? {
        switch self {
        case .deployed, .unchanged, .skipped, .pinned: false
        case .failed: true
        case .waiting, .cancelled, .interrupted: nil
        }
    }
}
