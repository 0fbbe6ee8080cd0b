import Configuration
import Deploy
import Endpoints
import FastCGI
import Fence
import Foundation
import Logging
import Pages
import Processes
import Text

/// Connects the configuration, the ledger, the dispatcher and the webhook endpoint, and runs them.
final class Service {
    let source: ConfigurationSource
    let state: StateDirectory
    let logger: Logger
    let signals: Signals
    let dispatcher: Dispatcher
    let endpoint: WebhookEndpoint
    let catchUp: CatchUp
    let maintenance: LedgerMaintenance
    let status: ServiceStatus
    /// The log, and whoever else is told what happens.
    let observers: Observers
    /// Writes `status.json`; `nil` without a runtime folder.
    let statusFile: StatusPublisher?
    /// Sends notices about deployments.
    let notifier: Notifier
    /// The channel for `bellpull reload`; `nil` under plain CGI.
    let control: ControlSocket?
    var configuration: Configuration
    var sites: [Site]
    /// How often the configuration was read.
    var loads = 1
    /// What the pages tell about; `nil` for a service without pages.
    let pages: PageSource?
    private let timers = TimerQueue()
    private let manager: ServiceManager?

    /// Loads the configuration and opens the sites.
    ///
    /// - Parameters:
    ///   - control: the channel for `bellpull reload`.
    ///   - manager: the service manager to tell about the service.
    ///   - hasPages: whether there is a socket for pages.
    /// - Throws: `CommandError` if a mistake concerns more than the sites with mistakes.
    init(
        _ source: ConfigurationSource, state: StateDirectory, signals: Signals, logger: Logger,
        control: ControlSocket? = nil, manager: ServiceManager? = nil, hasPages: Bool = false
    ) throws(CommandError) {
        self.source = source
        self.state = state
        self.signals = signals
        self.logger = logger
        self.control = control
        self.manager = manager
        let status = ServiceStatus(manager)
        self.status = status
        // A plain CGI process ends before anybody reads.
        let statusFile =
            control == nil
            ? nil
            : StatusPublisher(source.environment, state) { reason in
                logger.warning("\(StatusFile.name) cannot be written reason=\(reason.quoted)")
            }
        self.statusFile = statusFile
        // Creates the state folder for the names.
        let ledger = state.ledger()
        let notifier = Notifier(ledger, source, state, logger)
        self.notifier = notifier
        control?.onChange {
            statusFile?.note()
            notifier.note()
        }
        do {
            configuration = try Self.load(source, state)
        } catch {
            throw CommandError(error)
        }
        logger.note(configuration.issuesOfSites, .error)
        sites = try Self.openedSites(
            of: configuration, fence: StepFence(of: configuration, source, state), signals.cancellation, logger
        ) {
            manager?.extendStart(by: .seconds(60))
        }
        // A connection of its own: a reader of pages never holds up the dispatcher.
        let readers = hasPages ? PageReaders(state) : nil
        control?.onChange {
            statusFile?.note()
            readers?.latest.note(.committed)
        }
        let others: [(any Observer)?] = [status, statusFile, control?.feed, readers?.metrics, readers?.latest]
        let observers = Observers(
            [DeliveryLog(logger), ServiceLog(logger), NoticeObserver(notifier: notifier)] + others.compactMap(\.self))
        self.observers = observers
        dispatcher = Dispatcher(ledger: ledger, limit: configuration.parallelDeployments, timers: timers) {
            observers.note($0)
        }
        endpoint = WebhookEndpoint(
            configuration.endpoint(for: sites), dispatcher: dispatcher, timers: timers, observer: observers)
        catchUp = CatchUp(dispatcher: dispatcher, timers: timers) { observers.note($0) }
        pages = readers?.source(of: dispatcher)
        maintenance = LedgerMaintenance(
            dispatcher: dispatcher, timers: timers, retention: configuration.retention
        ) { observers.note($0) }
        logger.note(configuration.warnings, .warning)
    }

    /// Answers requests on `socket`, and readers on `pagesSocket`, until SIGTERM or SIGINT, then finishes the running
    /// deployments. Takes no requests if such a signal arrived during the start.
    func listen(on socket: ListeningSocket, pages pagesSocket: ListeningSocket? = nil) {
        guard !signals.isStopping else { return logger.info("stopped") }
        FenceRunner.removeRemains()
        // Migrates an older ledger before the first delivery arrives. An error is reported with the delivery.
        manager?.extendStart(by: .seconds(3600))
        _ = try? dispatcher.ledger.write { _ in }
        status.note(sites: sites, mistakes: configuration.issuesOfSites.count)
        publish(loaded(mistakes: configuration.issuesOfSites, warnings: configuration.warnings, isApplied: true))
        let listener = Listener(
            socket: socket, bodyLimit: configuration.bodyLimit, responder: Router([.hook: endpoint]))
        statusFile?.follow(Array(zip(sites, configuration.sites.map(\.path))))
        pages?.follow(sites, mistakes: configuration.issuesOfSites.count)
        let pagesServer = pages.flatMap { source in pagesSocket.map { PagesServer(source, on: $0) } }
        notifier.follow(sites, of: configuration)
        describe("serving")
        dispatcher.follow(sites)
        maintenance.start(sites)
        catchUp.follow(sites)
        let watchdog = tellManager()
        // The start needs more memory than the service does.
        ProcessMemory.trim()
        while signals.wait() == .reload { reload(listener) }
        logger.info("stopping")
        status.stopping()
        control?.stop()
        catchUp.stop()
        listener.stop()
        pagesServer?.stop()
        notifier.cancel()
        endpoint.waitUntilIdle()
        dispatcher.drain(within: configuration.drain)
        notifier.stop()
        watchdog?.stop()
        timers.stop()
        RunningCommands.shared.terminateAll()
        statusFile?.stop()
        logger.info("stopped")
    }

    /// Answers the single request of a plain CGI process, and waits until the deployment has finished. Then resumes
    /// deployments of all sites that a killed process left: no other process does, until the next delivery to the site.
    func answerOneRequest() {
        notifier.follow(sites, of: configuration)
        CommonGateway.serve(Router([.hook: endpoint]), bodyLimit: configuration.bodyLimit) {
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
        state.withLock("resume.lock") {
            resumeUntilFinished()
            // What fails is tried again after the next delivery.
            notifier.waitUntilIdle(within: .seconds(120))
        }
        notifier.stop()
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

    /// Tells the service manager that the service serves. Returns a running watchdog if the manager asks for one.
    private func tellManager() -> Watchdog? {
        status.ready()
        guard let manager else { return nil }
        // A slow disk must not hold up the signals.
        Thread.detachNewThread { [status, dispatcher] in
            status.readFailures(in: dispatcher.ledger)
            ProcessMemory.trim()
        }
        guard let interval = Watchdog.interval(source.environment) else { return nil }
        return Watchdog(manager, interval: interval, timers: timers) { [dispatcher] in dispatcher.passLock() }
    }

    /// Logs one line for each of up to 20 sites, and a line with the number of sites.
    func describe(_ verb: String) {
        if sites.count <= 20 {
            for (site, settings) in zip(sites, configuration.sites) {
                let repository = site.repository.map { " repository=\($0)" } ?? ""
                let follows = site.follows.map { " follows=\($0)" } ?? ""
                let line = "site=\(site.name)\(repository)\(follows) path=\(settings.path)"
                logger.info("\(line.remedyEscapedForDisplay)")
            }
        }
        logger.info("\(verb) sites=\(sites.count)")
        describeFence()
    }
}
