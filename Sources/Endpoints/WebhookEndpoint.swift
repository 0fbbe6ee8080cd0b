public import Deploy
internal import FastCGI
internal import Foundation
public import Logging
internal import Synchronization
public import Webhook

/// Takes deliveries: verifies them, reads what they say, has them recorded, and their sites deployed.
public final class WebhookEndpoint: Sendable {
    /// What can be changed while it answers.
    public struct Settings: Sendable {
        /// Where deliveries can be sent.
        public var hooks: Hooks
        /// Who sends them.
        public var forge: any Forge
        /// How long a reply waits for its deployment before it says that it is still going on.
        public var answerWithin: Duration
        /// How many replies may wait at once; those beyond are told at once that it goes on.
        public var waitingReplies: Int

        /// Settings of these values.
        public init(hooks: Hooks, forge: any Forge, answerWithin: Duration, waitingReplies: Int) {
            self.hooks = hooks
            self.forge = forge
            self.answerWithin = answerWithin
            self.waitingReplies = waitingReplies
        }
    }

    /// Settings at one address: the reading threads take them by turns, and for no longer than a reference takes.
    private final class Snapshot: Sendable {
        let settings: Settings

        init(_ settings: Settings) { self.settings = settings }
    }

    private let snapshot: Mutex<Snapshot>
    private let dispatcher: Dispatcher
    private let replyTimeouts: ReplyTimeouts
    private let logger: Logger

    /// An endpoint.
    ///
    /// - Parameters:
    ///   - settings: what can be changed later.
    ///   - dispatcher: what records and deploys.
    ///   - timers: what knows when a reply has waited long enough.
    ///   - logger: gets one line a delivery.
    public init(_ settings: Settings, dispatcher: Dispatcher, timers: TimerQueue, logger: Logger) {
        snapshot = Mutex(Snapshot(settings))
        self.dispatcher = dispatcher
        self.logger = logger
        replyTimeouts = ReplyTimeouts(timers: timers)
    }

    /// Goes by `settings` from the next delivery on.
    public func change(to settings: Settings) {
        let new = Snapshot(settings)
        snapshot.withLock { $0 = new }
    }

    private var settings: Settings { snapshot.withLock { $0 }.settings }

    /// Whether there is a hook at `path` below the mount.
    func hasHook(at path: String?) -> Bool { settings.hooks.hook(at: path) != nil }

    /// Answers a delivery to the hook at `path`, or that there is none; if it is a push to a site, when it is deployed, or
    /// after `answerWithin`.
    func respond(to request: Request, at path: String?, through exchange: Exchange) {
        let settings = settings
        guard let hook = settings.hooks.hook(at: path) else { return exchange.reply(.nothingHere, to: request) }
        let reply = PendingReply(exchange: exchange, received: request.received, logger: logger)
        do {
            let delivery = try settings.forge.delivery(request.params.header)
            reply.concerns(delivery)
            let body = try request.body.get()
            guard let (verified, slot) = try hook.secrets.verify(body, of: delivery, at: Date()) else {
                return reply.reject(delivery.authentication)
            }
            let event = try settings.forge.event(of: delivery, in: verified)
            act(
                on: event, of: VerifiedDelivery(delivery: delivery, verified: verified, slot: slot, hook: hook), reply,
                settings)
        } catch {
            reply.send(Report(error))
        }
    }

    /// A delivery that is verified, and how.
    private struct VerifiedDelivery {
        let delivery: Delivery
        let verified: VerifiedBody
        let slot: Secrets.Slot
        let hook: Hook
    }

    private func act(
        on event: Delivery.Event, of verified: VerifiedDelivery, _ reply: PendingReply, _ settings: Settings
    ) {
        switch event {
        case .ping: reply.send(.ping)
        case .other(let event): reply.send(.ignored(event: event))
        case .push(let pushes):
            switch Addressees(of: pushes, from: verified.delivery.forge, at: verified.hook) {
            case .nobody(let reason): reply.send(Report(.ignored(reason)))
            case .sites(let sites, let repository): deploy(sites, repository, verified, reply, settings)
            }
        }
    }

    private func deploy(
        _ sites: [Addressees.Addressee], _ repository: String, _ verified: VerifiedDelivery, _ reply: PendingReply,
        _ settings: Settings
    ) {
        reply.concerns(sites.map(\.site))
        let record = DeliveryRecord(
            digest: verified.verified.digest, forge: verified.delivery.forge.rawValue, forgeID: verified.delivery.id,
            repository: repository, hook: verified.hook.site, secret: verified.slot)
        let collector = OutcomeCollector(of: sites.count)
        dispatcher.receive(record, for: sites) { [replyTimeouts] result in
            switch result {
            case .failure(let error):
                reply.send(Report(error))
                return false
            case .success(let goesOn):
                guard goesOn else { return true }
                let time = settings.answerWithin - reply.age
                let isWaiting = replyTimeouts.take(reply, capacity: settings.waitingReplies, for: time) {
                    collector.report
                }
                if !isWaiting { reply.send(Report(.queued)) }
                return isWaiting
            }
        } answer: { site, outcome in
            if collector.add(outcome, at: site) { reply.send(collector.report) }
        }
    }
}
