import Endpoints
import FastCGI
import Git
import Testing
import Webhook

@testable import Deploy

/// An endpoint for the site `blog`, which follows `main` of `alice/blog` and whose deployments come out as told.
struct Stage {
    static let secret = "It's a Secret to Everybody"
    static let commit = "5f1d0c8a3b0e64d2a9bb7c55e1f20d3c9a7e4416"

    /// A strategy without git.
    struct Script: Strategy {
        let deployed: Commit?
        let outcome: @Sendable (Set<Commit>, Git.Limits) -> Outcome

        func deploy(_ targets: Set<Commit>, _ limits: Git.Limits) -> Outcome { outcome(targets, limits) }
    }

    let log = LogLines()
    let dispatcher: Dispatcher
    let endpoint: WebhookEndpoint

    /// - Parameters:
    ///   - deployed: the commit that is there already.
    ///   - outcome: what a deployment does; no test that leaves it out expects one.
    init(
        deployed: Commit? = nil, forge: any Forge = GitHub(), answerWithin: Duration = .seconds(10),
        outcome: @escaping @Sendable (Set<Commit>, Git.Limits) -> Outcome = { targets, _ in
            Issue.record("nothing should be deployed")
            return .failed(Failure("\(targets)"))
        }
    ) throws {
        let site = Site(
            name: "blog", repository: try #require(RepositoryName("alice/blog")),
            branch: try #require(Branch(name: "main")), timeout: .seconds(60),
            strategy: Script(deployed: deployed, outcome: outcome))
        dispatcher = Dispatcher(sites: [site])
        endpoint = WebhookEndpoint(
            site: site, secret: try Secret(Self.secret), forge: forge, dispatcher: dispatcher,
            answerWithin: answerWithin, logger: log.logger())
    }

    /// An endpoint whose deployments have this outcome.
    init(outcome: Outcome) throws { try self.init { _, _ in outcome } }

    /// What is answered to `hook`, once it is.
    func answer(to hook: Hook) async throws -> Response { await answer(to: try hook.request()) }

    /// What is answered to `request`, once it is.
    func answer(to request: Request) async -> Response {
        await withCheckedContinuation { continuation in
            endpoint.respond(to: request, through: Exchange { continuation.resume(returning: $0) })
        }
    }
}
