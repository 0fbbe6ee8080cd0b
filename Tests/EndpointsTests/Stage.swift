import Processes
import TestSupport
import FastCGI
import Git
import Logging
import Testing
import Webhook

@testable import Deploy
@testable import Endpoints

/// An endpoint for the site `blog`, which follows `main` of `alice/blog` and whose deployments come out as told.
struct Stage {
    static let secret = "It's a Secret to Everybody"
    static let commit = "5f1d0c8a3b0e64d2a9bb7c55e1f20d3c9a7e4416"

    /// One for all: what is left in it does no harm.
    private static let timers = TimerQueue()

    let log = LogLines()
    let ledger: TemporaryLedger
    let dispatcher: Dispatcher
    let endpoint: WebhookEndpoint

    /// An endpoint for `sites`, whose hook they share unless they have secrets of their own.
    init(
        sites: [Hooks.Entry], forge: any Forge = GitHub(), answerWithin: Duration = .seconds(60),
        waitingReplies: Int = 100
    ) throws {
        ledger = try TemporaryLedger()
        dispatcher = Dispatcher(ledger: ledger.ledger, limit: 4)
        let hooks = Hooks(secrets: Secrets(try Secret(Self.secret)), sites: sites)
        endpoint = WebhookEndpoint(
            WebhookEndpoint.Settings(
                hooks: hooks, forge: forge, answerWithin: answerWithin, waitingReplies: waitingReplies),
            dispatcher: dispatcher, timers: Self.timers, logger: log.logger())
    }

    /// - Parameters:
    ///   - deployed: the commit that is there already.
    ///   - outcome: what a deployment does; no test that leaves it out expects one.
    init(
        deployed: Commit? = nil, forge: any Forge = GitHub(), answerWithin: Duration = .seconds(60),
        waitingReplies: Int = 100,
        outcome: @escaping @Sendable (Set<Commit>, Limits) -> DeploymentResult = { announced, _ in
            Issue.record("nothing should be deployed")
            return .failed(Failure("\(announced)"))
        }
    ) throws {
        let strategy = FakeStrategy(live: deployed) { announced, limits, _ in outcome(announced, limits) }
        try self.init(
            sites: [Hooks.Entry(try .fake(strategy, timeout: .seconds(60)))], forge: forge, answerWithin: answerWithin,
            waitingReplies: waitingReplies)
    }

    /// An endpoint whose deployments have this outcome.
    init(outcome: DeploymentResult) throws { try self.init { _, _ in outcome } }

    /// What is answered to `hook`, once it is.
    func answer(to hook: Hook) async throws -> Response { await answer(to: try hook.request(), at: hook.place) }

    /// What is answered to `request` to the hook at `path`, once it is.
    func answer(to request: Request, at path: String? = nil) async -> Response {
        await withCheckedContinuation { continuation in
            endpoint.respond(
                to: request, at: path, through: Exchange { continuation.resume(returning: $0) })
        }
    }
}
