public import Deploy
public import FastCGI
internal import Foundation
internal import Synchronization
public import Webhook

/// Accepts deliveries: verifies and decodes a delivery, and has the delivery recorded and the sites deployed.
public final class WebhookEndpoint: Endpoint {
    /// The reloadable settings.
    public struct Settings: Sendable {
        /// The hooks.
        public var hooks: Hooks
        /// The accepted forges.
        public var forge: any Forge
        /// How long a reply waits for its deployment before reporting a running deployment.
        public var answerWithin: Duration
        /// How many replies may wait at once. Further replies report a running deployment immediately.
        public var waitingReplies: Int

        /// Creates settings.
        public init(hooks: Hooks, forge: any Forge, answerWithin: Duration, waitingReplies: Int) {
            self.hooks = hooks
            self.forge = forge
            self.answerWithin = answerWithin
            self.waitingReplies = waitingReplies
        }
    }

    /// Settings behind one reference: each delivery copies only the reference, under the lock.
    private final class Shared: Sendable {
        let settings: Settings

        init(_ settings: Settings) { self.settings = settings }
    }

    private let shared: Mutex<Shared>
    private let dispatcher: Dispatcher
    private let replyTimeouts: ReplyTimeouts
    private let opener: SiteOpener
    private let observer: any Observer

    /// Creates an endpoint.
    ///
    /// - Parameters:
    ///   - settings: the settings, which can be changed later.
    ///   - dispatcher: records and deploys.
    ///   - timers: tells when a reply has waited long enough.
    ///   - observer: told of each delivery after its reply.
    public init(_ settings: Settings, dispatcher: Dispatcher, timers: TimerQueue, observer: any Observer) {
        shared = Mutex(Shared(settings))
        self.dispatcher = dispatcher
        self.observer = observer
        replyTimeouts = ReplyTimeouts(timers: timers)
        opener = SiteOpener(timers: timers)
    }

    /// Waits until each accepted delivery is with the dispatcher or answered.
    public func waitUntilIdle() { opener.waitUntilIdle() }

    /// Uses `settings` from the next delivery on.
    public func change(to settings: Settings) {
        let new = Shared(settings)
        shared.withLock { $0 = new }
    }

    private var current: Shared { shared.withLock { $0 } }

    /// Deliveries use the method POST.
    public let methods = ["POST"]

    /// Whether a hook is at `path` below the mount, usable or not.
    public func isFound(at path: String?) -> Bool {
        let hooks = current.settings.hooks
        return hooks.hook(at: path) != nil || hooks.unusableSite(at: path) != nil
    }

    /// Answers a request that is no delivery to a hook.
    public func refuse(_ request: Request, because refusal: Refusal, through exchange: Exchange) {
        switch refusal {
        case .malformed(let reason): exchange.reply(.malformed(reason), to: request)
        case .notFound: exchange.reply(.noSuchHook, to: request)
        case .method(let allowed):
            var report = Report.refused(405, "deliveries use the method POST")
            report.extraHeaders = [("Allow", allowed)]
            exchange.reply(report, to: request)
        }
    }

    /// Answers a delivery to the hook at `path`. A push to a site is answered when the site is deployed, or after
    /// `answerWithin`.
    public func respond(to request: Request, at path: String?, through exchange: Exchange) {
        let current = current
        guard let hook = current.settings.hooks.hook(at: path) else {
            guard let site = current.settings.hooks.unusableSite(at: path) else {
                return exchange.reply(.noSuchHook, to: request)
            }
            return PendingReply(exchange: exchange, received: request.received, observer: observer)
                .send(.misconfigured(site))
        }
        let reply = PendingReply(
            exchange: exchange, received: request.received, observer: observer, hook: hook.site)
        do {
            let delivery = try current.settings.forge.delivery(request.params.header)
            reply.concerns(delivery)
            let body = try request.body.get()
            guard delivery.authentication != .unsignedPing else { return reply.send(.unsignedPing) }
            guard let (verified, slot) = try hook.secrets.verify(body, of: delivery, at: Date()) else {
                return reply.reject(
                    delivery.authentication, from: request.params,
                    isBesideOthers: current.settings.hooks.isBesideOthers(hook))
            }
            let event = try current.settings.forge.event(of: delivery, in: verified)
            act(
                on: event, of: VerifiedDelivery(delivery: delivery, verified: verified, slot: slot, hook: hook), reply,
                current)
        } catch is Forges.UnknownForge {
            if case .failure(let error) = request.body { return reply.send(Report(error)) }
            reply.rejectUnknownForge(from: request.params)
        } catch {
            reply.send(Report(error))
        }
    }

    /// A verified delivery, and the hook and secret used to verify the delivery.
    private struct VerifiedDelivery {
        let delivery: Delivery
        let verified: VerifiedBody
        let slot: Secrets.Slot
        let hook: Hook
    }

    private func act(
        on event: Delivery.Event, of verified: VerifiedDelivery, _ reply: PendingReply, _ current: Shared
    ) {
        switch event {
        case .ping: reply.send(.ping)
        case .other(let event): reply.send(.ignored(event: event))
        case .push(let pushes):
            let unopened = verified.hook.unopenedSites(for: pushes, from: verified.delivery.forge)
            guard !unopened.isEmpty else { return act(on: pushes, of: verified, reply, current) }
            opener.open(unopened) { [self] failures in
                act(on: pushes, of: verified, reply, current, failures: failures)
            }
        }
    }

    /// - Parameter failures: why the clones of sites that may be concerned cannot be opened.
    private func act(
        on pushes: [Push], of verified: VerifiedDelivery, _ reply: PendingReply, _ current: Shared,
        failures: [Failure] = []
    ) {
        let forge = verified.delivery.forge
        switch AffectedSites(of: pushes, from: forge, at: verified.hook) {
        case .none(let reason):
            // Nobody can say that the push concerns no site. Catch-up deploys the push when the clone can be opened.
            guard let failure = failures.first else {
                let other =
                    verified.hook.site == nil ? current.settings.hooks.siteWithOwnHook(for: pushes, from: forge) : nil
                return reply.send(Report(.ignored(other.map { .ownHook(site: $0) } ?? reason)))
            }
            reply.send(Report(.finished(.failed(failure))))
        case .some(let sites, let repository): deploy(sites, repository, verified, reply, current)
        }
    }

    private func deploy(
        _ sites: [AffectedSites.Entry], _ repository: String, _ verified: VerifiedDelivery, _ reply: PendingReply,
        _ current: Shared
    ) {
        reply.concerns(sites.map(\.site))
        let record = DeliveryRecord(
            digest: verified.verified.digest, forge: verified.delivery.forge.rawValue, forgeID: verified.delivery.id,
            repository: repository, hook: verified.hook.site, secret: verified.slot)
        let collector = OutcomeCollector(of: sites.count)
        let sealed = { @Sendable [dispatcher] (collector: OutcomeCollector) in
            var report = collector.report
            if collector.hasFinished { report.receipt = dispatcher.newestReceipt.map { FieldValue(escaping: "\($0)") } }
            return report
        }
        dispatcher.receive(record, for: sites) { [replyTimeouts] result in
            switch result {
            case .failure(let error):
                reply.send(Report(error))
                return .answered
            case .success(let isAwaiting):
                guard isAwaiting else { return .waiting }
                let time = current.settings.answerWithin - reply.age
                let isWaiting = replyTimeouts.start(reply, capacity: current.settings.waitingReplies, after: time) {
                    sealed(collector)
                }
                guard isWaiting else {
                    reply.send(Report(.queued))
                    return .answered
                }
                return .waiting
            }
        } answer: { site, outcome in
            if collector.add(outcome, at: site) { reply.send(sealed(collector)) }
        }
    }
}
