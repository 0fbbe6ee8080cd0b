import Configuration
import Deploy
import Endpoints
import FastCGI
import Foundation
import Logging
import Processes

/// Connects the configuration, the ledger, the dispatcher and the webhook endpoint, and runs them.
final class Service {
    private let source: ConfigurationSource
    private let state: StateDirectory
    private let logger: Logger
    private let signals: Signals
    private let dispatcher: Dispatcher
    private let timers = TimerQueue()
    private let endpoint: WebhookEndpoint
    private let catchUp: CatchUp
    private let maintenance: LedgerMaintenance
    private var configuration: Configuration
    private var sites: [Site]

    init(
        _ source: ConfigurationSource, state: StateDirectory, signals: Signals, logger: Logger
    ) throws(CommandError) {
        self.source = source
        self.state = state
        self.signals = signals
        self.logger = logger
        // Creates the state folder for the names.
        let ledger = state.ledger()
        do {
            configuration = SiteNames(in: state).apply(to: try Configuration.load(source), claims: true)
        } catch {
            throw CommandError(error)
        }
        sites = try Self.openedSites(of: configuration, signals.cancellation, logger)
        dispatcher = Dispatcher(ledger: ledger, limit: configuration.parallelDeployments, timers: timers) {
            logger.note($0)
        }
        endpoint = WebhookEndpoint(
            configuration.endpoint(for: sites), dispatcher: dispatcher, timers: timers, logger: logger)
        catchUp = CatchUp(dispatcher: dispatcher, timers: timers) { logger.note($0) }
        maintenance = LedgerMaintenance(
            dispatcher: dispatcher, timers: timers, retention: configuration.retention
        ) { error in
            logger.error("the ledger cannot be read reason=\(error.message.quoted)")
        }
        logger.note(configuration.warnings, .warning)
    }

    /// Answers requests on `socket` until SIGTERM or SIGINT, then finishes the running deployments. Takes no requests if
    /// such a signal arrived during the start.
    func listen(on socket: ListeningSocket) {
        guard !signals.isStopping else { return logger.info("stopped") }
        // Migrates an older ledger before the first delivery arrives. An error is reported with the delivery.
        _ = try? dispatcher.ledger.write { _ in }
        let listener = Listener(
            socket: socket, bodyLimit: configuration.bodyLimit, responder: Router(webhook: endpoint))
        describe("serving")
        dispatcher.follow(sites)
        maintenance.start(sites)
        catchUp.follow(sites)
        // The start needs more memory than the service does.
        ProcessMemory.trim()
        while signals.wait() == .reload { reload(listener) }
        logger.info("stopping")
        catchUp.stop()
        listener.stop()
        endpoint.waitUntilIdle()
        dispatcher.drain(within: configuration.drain)
        timers.stop()
        RunningCommands.shared.terminateAll()
        logger.info("stopped")
    }

    /// Answers the single request of a plain CGI process, and waits until the deployment has finished. Then resumes
    /// deployments of all sites that a killed process left: no other process does, until the next delivery to the site.
    func answerOneRequest() {
        CommonGateway.serve(Router(webhook: endpoint), bodyLimit: configuration.bodyLimit) {
            LogWriter.standardError.flush(within: .seconds(2))
        }
        // A web server may end the process after the reply. A running deployment is finished first.
        Thread.detachNewThread { [dispatcher, signals, drain = configuration.drain] in
            while signals.wait() == .reload {}
            dispatcher.drain(within: drain)
        }
        endpoint.waitUntilIdle()
        dispatcher.waitUntilIdle()
        // Processes after the first would only wait for the same sites.
        state.withLock("resume.lock") { resumeUntilFinished() }
        RunningCommands.shared.terminateAll()
    }

    /// Runs the unfinished deployments of all sites, waiting ones included, until none is left, or until nothing has
    /// changed for longer than the ledger lets a deployment wait.
    private func resumeUntilFinished() {
        var last: [String: Date] = [:]
        var deadline = ContinuousClock.now + .seconds(150)
        repeat {
            try? dispatcher.resume(sites)
            dispatcher.waitUntilIdle()
            guard let unfinished = try? dispatcher.ledger.unfinishedSites(),
                sites.contains(where: { unfinished.contains($0.name) })
            else { return }
            if let nextTries = try? dispatcher.ledger.nextTries(), nextTries != last {
                last = nextTries
                deadline = .now + .seconds(150)
            }
            usleep(500_000)
        } while !signals.isStopping && deadline > .now
    }

    /// Loads the configuration again. Keeps the old configuration if the new configuration has errors.
    private func reload(_ listener: Listener) {
        do {
            let new = SiteNames(in: state).apply(to: try Configuration.load(source), claims: true)
            let sites = try Self.openedSites(of: new, signals.cancellation, logger)
            guard !signals.isStopping else { return }
            (configuration, self.sites) = (new, sites)
        } catch let error as ConfigurationError {
            logger.note(error.issues, .error)
            return logger.error(
                "the new configuration has errors and was not loaded; bellpull keeps the old configuration")
        } catch {
            let reasons = (error as? CommandError)?.explanations.map(\.message).joined(separator: "; ") ?? "\(error)"
            return logger.error(
                "the new configuration was not loaded; bellpull keeps the old configuration reason=\(reasons.quoted)")
        }
        logger.note(configuration.warnings, .warning)
        endpoint.change(to: configuration.endpoint(for: sites))
        dispatcher.setLimit(configuration.parallelDeployments)
        listener.setBodyLimit(configuration.bodyLimit)
        dispatcher.follow(sites)
        maintenance.follow(sites, retention: configuration.retention)
        catchUp.follow(sites)
        describe("reloaded;")
    }

    /// Logs one line for each of up to 20 sites, and a line with the number of sites.
    private func describe(_ verb: String) {
        if sites.count <= 20 {
            for (site, settings) in zip(sites, configuration.sites) {
                let repository = site.repository.map { " repository=\($0)" } ?? ""
                let follows = site.follows.map { " follows=\($0)" } ?? ""
                logger.info("site=\(site.name)\(repository)\(follows) path=\(settings.path)")
            }
        }
        logger.info("\(verb) sites=\(sites.count)")
    }
}
