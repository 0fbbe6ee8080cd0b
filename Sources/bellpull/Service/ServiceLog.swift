import Deploy
import Endpoints
import Logging

/// Logs one line for each deployment, for each event of catch-up, and for a ledger that cannot be read.
struct ServiceLog: Observer {
    private let logger: Logger

    /// Creates a log that writes to `logger`.
    init(_ logger: Logger) { self.logger = logger }

    /// Logs one line for a deployment, with an abbreviated commit.
    func note(_ event: Dispatcher.Event) {
        switch event {
        case .committed: break
        case .notStarted(let site, let error):
            logger.error("deployment not started site=\(site.name) reason=\(error.message.quoted)")
        case .finished(let site, let deployment):
            let started = deployment.started
            let facts = """
                site=\(site.name) deployment=\(started.id) cause=\(started.cause.rawValue) deliveries=\(started.deliveries) \
                duration_ms=\(Int(deployment.duration / .milliseconds(1)))
                """
            let note = deployment.note.map { " note=\($0.quoted)" } ?? ""
            switch deployment.result {
            case .deployed(let commit): logger.info("updated to \(commit.short) \(facts)\(note)")
            case .unchanged(let commit): logger.info("already at \(commit.short) \(facts)\(note)")
            case .waiting:
                let next = deployment.retryAfter.map { " next=\(Int($0 / .seconds(1)))s" } ?? ""
                logger.info(
                    "deployment waiting \(facts) reason=\((deployment.result.waitingReason ?? "").quoted)\(next)")
            case .skipped(let reason): logger.info("deployment skipped \(facts) reason=\(reason.quoted)")
            case .pinned(let reason): logger.info("deployment pinned \(facts) reason=\(reason.quoted)")
            case .cancelled(let newer): logger.info("deployment cancelled \(facts) by=\(newer)")
            case .failed(let failure): logger.error("deployment failed \(facts) reason=\(failure.message.quoted)")
            case .interrupted: logger.warning("deployment interrupted \(facts)")
            }
        }
    }

    /// Logs one line for an event of catch-up.
    func note(_ event: CatchUp.Event) {
        switch event {
        case .missed(let site, let target):
            logger.info("catch-up found a missed push site=\(site.name) commit=\(target.commit.short)")
        case .unreachable(let site, let failure, let next):
            logger.warning(
                """
                catch-up cannot reach the remote site=\(site.name) reason=\(failure.message.quoted) \
                next=\(Int(next / .seconds(1)))s
                """)
        case .recovered(let site, let target):
            logger.info("catch-up found the site up to date site=\(site.name) commit=\(target.commit.short)")
        case .reachable(let site): logger.info("catch-up can reach the remote again site=\(site.name)")
        }
    }

    /// Logs one line for an error of the ledger.
    func note(_ error: LedgerError) {
        logger.error("the ledger cannot be read reason=\(error.message.quoted)")
    }
}
