import Endpoints
import FastCGI
import Foundation
import Git
import Synchronization
import TestSupport

@testable import Deploy
@testable import Pages

/// The pages, metrics and badges of some sites, with a real ledger.
final class PagesStage: Sendable {
    let home: TemporaryLedger
    let dispatcher: Dispatcher
    let metrics = Metrics()
    let source: PageSource
    private let router: Router
    private let folder: TemporaryFolder

    /// The state folder.
    var state: String { folder.path }

    init(_ names: [String] = ["blog", "shop"], strategy: FakeStrategy = FakeStrategy()) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        let home = try TemporaryLedger()
        self.home = home
        let latest = LatestDeployments(home.reopened())
        let observers = Observers([metrics, latest])
        dispatcher = Dispatcher(ledger: home.ledger, limit: 2) { observers.note($0) }
        source = PageSource(
            version: "1.2.3", ledgerPath: home.store.path, stateFolder: folder.path, ledger: home.reopened(),
            latest: latest, dispatcher: dispatcher, metrics: metrics)
        source.follow(try names.map { try .fake(strategy, name: $0) }, mistakes: 0)
        router = Router([
            .pages: StatusEndpoint(source), .metrics: MetricsEndpoint(source), .public: PublicEndpoint(source),
        ])
    }

    var ledger: any Ledger { home.ledger }

    /// Lets the pages see what a test has written to the ledger.
    func changed() { source.latest.note(.committed) }

    /// Returns the reply to a request.
    func get(
        _ path: String, at endpoint: EndpointName? = .pages, query: String = "", method: String = "GET",
        tag: String = "", server: String = "www.example.org"
    ) -> Response {
        changed()
        let params = Params([
            "BELLPULL_ENDPOINT": endpoint?.rawValue ?? "", "REQUEST_METHOD": method, "PATH_INFO": path,
            "QUERY_STRING": query, "HTTP_IF_NONE_MATCH": tag, "SERVER_NAME": server,
        ])
        return answer(to: Request(params: params))
    }

    func answer(to request: Request) -> Response {
        let reply = Mutex<Response?>(nil)
        router.respond(to: request, through: Exchange { response in reply.withLock { $0 = response } })
        return reply.withLock { $0 } ?? Response(status: 0, body: "no reply")
    }

    /// Writes what a running deployment of `site` has printed.
    func write(output: String, of site: String = "blog") throws {
        try FileManager.default.createDirectory(atPath: "\(state)/output", withIntermediateDirectories: true)
        try Data(output.utf8).write(to: URL(fileURLWithPath: "\(state)/output/\(site)"))
    }
}

extension Response {
    /// The value of the first header `name`.
    func header(_ name: String) -> String? { headers.first { "\($0.name)" == name }?.value.description }
}
