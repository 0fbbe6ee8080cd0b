import Deploy
import Endpoints
import FastCGI
import Foundation
import Git
import Logging
import Webhook

/// Everything that answers, put together.
struct Service {
    private let site: Site
    private let router: Router
    private let dispatcher: Dispatcher
    private let settings: Settings
    private let logger: Logger

    /// How long git may take to say what the clone is.
    private static let openingTime = Duration.seconds(20)

    init(_ settings: Settings, logger: Logger) throws(Problem) {
        let clone: Clone
        do {
            clone = try Clone.open(at: settings.path, .within(Self.openingTime))
        } catch {
            throw Problem(error)
        }
        let name = URL(fileURLWithPath: clone.path).lastPathComponent
        let site = Site(name: name, clone: clone, timeout: settings.timeout)
        self.site = site
        self.settings = settings
        self.logger = logger
        dispatcher = Dispatcher(sites: [site]) { Log.deployment($0, $1, deliveries: $2, took: $3, to: logger) }
        router = Router(
            webhook: WebhookEndpoint(
                site: site, secret: settings.secret, forge: Forges(acceptsSHA1: settings.acceptsSHA1),
                dispatcher: dispatcher, answerWithin: settings.answerWithin, logger: logger))
        if settings.secret.isWeak {
            logger.warning(
                "the secret has fewer than \(Secret.advisable) bytes; openssl rand -hex 20 makes a better one")
        }
    }

    /// Answers what comes on `socket` until SIGTERM or SIGINT, then finishes what runs.
    func listen(on socket: ListeningSocket) {
        // Before libfcgi, which takes these signals for itself where nobody has.
        let signals = TerminationSignals()
        let listener = Listener(socket: socket, bodyLimit: settings.bodyLimit, responder: router)
        logger.info(
            "serving site=\(site.name) repository=\(site.repository) branch=\(site.branch) path=\(settings.path)")
        signals.wait()
        logger.info("stopping")
        listener.stop()
        dispatcher.drain(within: settings.drain)
        logger.info("stopped")
    }

    /// Answers the request this process was started for, and stays until its deployment is over.
    func answerOneRequest() {
        let signals = TerminationSignals()
        CommonGateway.serve(router, bodyLimit: settings.bodyLimit)
        // A server may end the program once it has the reply; a deployment that goes on is finished first.
        Thread.detachNewThread { [dispatcher, settings] in
            signals.wait()
            dispatcher.drain(within: settings.drain)
        }
        dispatcher.waitUntilIdle()
    }
}
