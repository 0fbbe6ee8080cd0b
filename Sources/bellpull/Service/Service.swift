import Configuration
import Deploy
import Endpoints
import FastCGI
import Foundation
import Logging

/// Everything that answers and deploys, put together.
final class Service {
    private let source: ConfigurationSource
    private let logger: Logger
    private let dispatcher: Dispatcher
    private let timers = TimerQueue()
    private let endpoint: WebhookEndpoint
    private let catchUp: CatchUp
    private let maintenance: LedgerMaintenance
    private var configuration: Configuration
    private var sites: [Site]

    init(_ source: ConfigurationSource, ledger: any Ledger, logger: Logger) throws(CommandError) {
        self.source = source
        self.logger = logger
        do {
            configuration = try Configuration.load(source)
        } catch {
            throw CommandError(error)
        }
        sites = try Self.openedSites(of: configuration, logger)
        dispatcher = Dispatcher(ledger: ledger, limit: configuration.parallelDeployments) { logger.note($0) }
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

    /// Answers what comes on `socket` until SIGTERM or SIGINT, then finishes what runs.
    func listen(on socket: ListeningSocket) {
        // Before libfcgi, which takes these signals for itself where nobody has.
        let signals = Signals()
        let listener = Listener(
            socket: socket, bodyLimit: configuration.bodyLimit, responder: Router(webhook: endpoint))
        describe("serving")
        maintenance.start(sites)
        catchUp.follow(sites)
        while signals.wait() == .reload { reload(listener) }
        logger.info("stopping")
        catchUp.stop()
        listener.stop()
        dispatcher.drain(within: configuration.drain)
        timers.stop()
        logger.info("stopped")
    }

    /// Answers the request this process was started for, and stays until its deployment is over.
    func answerOneRequest() {
        let signals = Signals()
        CommonGateway.serve(Router(webhook: endpoint), bodyLimit: configuration.bodyLimit)
        // A server may end the program once it has the reply; a deployment that goes on is finished first.
        Thread.detachNewThread { [dispatcher, drain = configuration.drain] in
            while signals.wait() == .reload {}
            dispatcher.drain(within: drain)
        }
        dispatcher.waitUntilIdle()
    }

    /// Reads the configuration again. One that is wrong changes nothing.
    private func reload(_ listener: Listener) {
        do {
            let new = try Configuration.load(source)
            let sites = try Self.openedSites(of: new, logger)
            (configuration, self.sites) = (new, sites)
        } catch let error as ConfigurationError {
            logger.note(error.issues, .error)
            return logger.error("the configuration is wrong and was not loaded; bellpull goes on with the old one")
        } catch {
            let reasons = (error as? CommandError)?.explanations.map(\.message).joined(separator: "; ") ?? "\(error)"
            return logger.error(
                "the configuration was not loaded; bellpull goes on with the old one reason=\(reasons.quoted)")
        }
        logger.note(configuration.warnings, .warning)
        endpoint.change(to: configuration.endpoint(for: sites))
        dispatcher.setLimit(configuration.parallelDeployments)
        listener.setBodyLimit(configuration.bodyLimit)
        maintenance.follow(sites, retention: configuration.retention)
        catchUp.follow(sites)
        describe("reloaded;")
    }

    /// One line a site, as long as a person would read them.
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
