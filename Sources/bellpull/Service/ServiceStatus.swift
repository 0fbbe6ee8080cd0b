import Deploy
import Endpoints
import Synchronization

/// The line of `systemctl status` about the sites, such as `3 sites, 1 failed`. Sent to the service manager whenever the
/// line changes.
final class ServiceStatus: Observer {
    /// The facts behind the line: a plain value.
    struct Facts {
        /// The names of the usable sites.
        var sites: Set<String> = []
        /// The mistakes in the configuration files.
        var mistakes = 0
        /// The sites whose last deployment failed.
        var failed: Set<String> = []
        /// The sites whose last deployment ended in this process.
        var known: Set<String> = []

        /// The line.
        var text: String {
            let failures = failed.intersection(sites).count
            let parts = [
                Self.count(sites.count, "site"), failures > 0 ? "\(failures) failed" : nil,
                mistakes > 0 ? Self.count(mistakes, "configuration mistake") : nil,
            ]
            return parts.compactMap(\.self).joined(separator: ", ")
        }

        private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

        /// Records that a deployment of the site has ended.
        mutating func record(_ result: DeploymentResult, of site: String) {
            switch result {
            case .deployed, .unchanged, .skipped, .pinned: failed.remove(site)
            case .failed: failed.insert(site)
            case .waiting, .cancelled, .interrupted: return
            }
            known.insert(site)
        }

        /// Records the sites whose last deployment failed in an earlier process. A result of this process is newer.
        mutating func recordEarlier(failed earlier: some Sequence<String>) {
            failed.formUnion(Set(earlier).subtracting(known))
        }
    }

    private struct State {
        var facts = Facts()
        var sent = ""
        var isServing = false
    }

    private let manager: ServiceManager?
    private let state = Mutex(State())

    /// Creates a status. Sends nothing without a manager.
    init(_ manager: ServiceManager?) {
        self.manager = manager
    }

    /// Records an end of a deployment.
    func note(_ event: Dispatcher.Event) {
        guard case .finished(let site, let deployment) = event else { return }
        change { $0.record(deployment.result, of: site.name) }
    }

    /// Records that catch-up found a site up to date whose last deployment had failed.
    func note(_ event: CatchUp.Event) {
        guard case .recovered(let site, let target) = event else { return }
        change { $0.record(.unchanged(target.commit), of: site.name) }
    }

    /// Records what was loaded.
    func note(sites: [Site], mistakes: Int) {
        change {
            $0.sites = Set(sites.map(\.name))
            $0.mistakes = mistakes
        }
    }

    /// Reads in `ledger` which sites failed last. Does nothing without a manager.
    func readFailures(in ledger: any Ledger) {
        guard manager != nil, let records = try? ledger.latestDeployments() else { return }
        change { $0.recordEarlier(failed: records.filter { $0.state == .failed }.map(\.site.name)) }
    }

    /// Tells the manager that the service serves.
    func ready() {
        state.withLock { state in
            state.isServing = true
            state.sent = state.facts.text
            manager?.notify("READY=1", "STATUS=\(state.sent)")
        }
    }

    /// Tells the manager that the service stops.
    func stopping() {
        state.withLock { $0.isServing = false }
        manager?.notify("STOPPING=1", "STATUS=finishing running deployments")
    }

    /// Changes the facts, and sends the line if it changed.
    private func change(_ body: (inout Facts) -> Void) {
        guard let manager else { return }
        // Sent under the lock, so that an older line never replaces a newer one. The sending does not wait.
        state.withLock { state in
            body(&state.facts)
            let text = state.facts.text
            guard state.isServing, text != state.sent else { return }
            state.sent = text
            manager.notify("STATUS=\(text)", urgency: .droppable)
        }
    }
}
