public import Deploy
@preconcurrency internal import Dispatch  // DispatchWorkItem can be cancelled from any thread.
public import FastCGI
internal import Foundation
internal import Git
public import Logging
public import Webhook

/// Takes deliveries: proves them, reads what they say, and has their site deployed.
public struct WebhookEndpoint: Responder {
    private let site: Site
    private let secret: Secret
    private let forge: any Forge
    private let dispatcher: Dispatcher
    private let answerWithin: Duration
    private let logger: Logger

    /// An endpoint for the deliveries of one site.
    ///
    /// - Parameters:
    ///   - site: the site.
    ///   - secret: what its forge signs with.
    ///   - forge: who sends.
    ///   - dispatcher: what deploys.
    ///   - answerWithin: how long a reply waits for its deployment before it says that it is still going on.
    ///   - logger: gets one line a delivery.
    public init(
        site: Site, secret: Secret, forge: any Forge, dispatcher: Dispatcher, answerWithin: Duration, logger: Logger
    ) {
        self.site = site
        self.secret = secret
        self.forge = forge
        self.dispatcher = dispatcher
        self.answerWithin = answerWithin
        self.logger = logger
    }

    /// Answers the delivery; if it is a push to the site, when it is deployed, or after `answerWithin`.
    public func respond(to request: Request, through exchange: Exchange) {
        let pending = PendingReply(exchange: exchange, received: request.received, logger: logger)
        do {
            let delivery = try forge.delivery(request.params.header)
            pending.concerns(delivery)
            let body = try request.body.get()
            guard let proof = try Secrets(secret).prove(body, of: delivery, at: Date()) else {
                return pending.reject(delivery.evidence)
            }
            try act(on: forge.news(of: delivery, in: proof.proven), pending)
        } catch {
            pending.send(Report(error))
        }
    }

    private func act(on news: Delivery.News, _ pending: PendingReply) {
        switch news {
        case .ping: pending.send(.ping)
        case .other(let event): pending.send(.ignored(event: event))
        case .push(let pushes):
            let relevances = pushes.map { site.relevance(of: $0) }
            for case .deploy(let commit) in relevances { return deploy(commit, pending) }
            for case .ignore(let reason) in relevances.prefix(1) { pending.send(Report(.ignored(reason))) }
        }
    }

    private func deploy(_ commit: Commit, _ pending: PendingReply) {
        pending.concerns(site)
        let expiry = DispatchWorkItem { pending.send(Report(.queued)) }
        DispatchQueue.global().asyncAfter(deadline: .now() + answerWithin / .seconds(1), execute: expiry)
        dispatcher.deploy(site, to: commit) { outcome in
            expiry.cancel()
            pending.send(Report(outcome))
        }
    }
}
