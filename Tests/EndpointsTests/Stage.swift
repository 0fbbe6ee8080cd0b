import Processes
import TestSupport
import FastCGI
import Git
import Logging
import Testing
import Webhook

@testable import Deploy
@testable import Endpoints

/// An endpoint for the site `blog`, which follows `main` of `alice/blog`. A test chooses the result of the deployments.
struct Stage {
    static let secret = "It's a Secret to Everybody"
    static let commit = "5f1d0c8a3b0e64d2a9bb7c55e1f20d3c9a7e4416"

    /// Shared by all tests: leftover timers do no harm.
    private static let timers = TimerQueue()

    let log = LogLines()
    let ledger: TemporaryLedger
    let dispatcher: Dispatcher
    let endpoint: WebhookEndpoint

    /// An endpoint for `sites`. Sites without secrets of their own share the hook.
    init(
        sites: [Hooks.Entry], forge: any Forge = GitHub(), answerWithin: Duration = .seconds(600),
        waitingReplies: Int = 100, unusable: Set<String> = []
    ) throws {
        ledger = try TemporaryLedger()
        dispatcher = Dispatcher(ledger: ledger.ledger, limit: 4)
        let hooks = Hooks(secrets: Secrets(try Secret(Self.secret)), sites: sites, unusable: unusable)
        endpoint = WebhookEndpoint(
            WebhookEndpoint.Settings(
                hooks: hooks, forge: forge, answerWithin: answerWithin, waitingReplies: waitingReplies),
            dispatcher: dispatcher, timers: Self.timers, observer: DeliveryLog(log.logger))
    }

    /// - Parameters:
    ///   - deployed: the commit of the site from the start.
    ///   - outcome: the result of a deployment; if left out, the test expects no deployment.
    init(
        deployed: Commit? = nil, forge: any Forge = GitHub(), answerWithin: Duration = .seconds(600),
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

    /// An endpoint whose deployments have the given outcome.
    init(outcome: DeploymentResult) throws { try self.init { _, _ in outcome } }

    /// Returns the answer to `hook`, once sent.
    func answer(to hook: Hook) async throws -> Response { await answer(to: try hook.request(), at: hook.place) }

    /// Returns the answer to `request` to the hook at `path`, once sent.
    func answer(to request: Request, at path: String? = nil) async -> Response {
        await withCheckedContinuation { continuation in
            endpoint.respond(
                to: request, at: path, through: Exchange { continuation.resume(returning: $0) })
        }
    }
}
