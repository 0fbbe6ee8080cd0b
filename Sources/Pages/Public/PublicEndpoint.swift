public import Endpoints
public import FastCGI
internal import Deploy
internal import Foundation

/// Answers with badges and feeds, which may be public although the pages are not.
public struct PublicEndpoint: Endpoint {
    private let source: PageSource

    /// Creates an endpoint for the sites of `source`.
    public init(_ source: PageSource) { self.source = source }

    /// The accepted methods.
    public let methods = ["GET", "HEAD"]

    /// Whether a badge or a feed may be at `path`.
    public func isFound(at path: String?) -> Bool { PublicPath(path) != nil }

    /// Answers with the badge or the feed at `path`.
    public func respond(to request: Request, at path: String?, through exchange: Exchange) {
        do {
            guard let path = PublicPath(path), let response = try response(to: request, path) else {
                return refuse(request, because: .notFound, through: exchange)
            }
            exchange.reply(response.conditional(on: request))
        } catch {
            source.metrics.note(error)
            // The path of the ledger is nothing for the public.
            exchange.reply(
                Response(
                    status: 503, headers: [("Retry-After", "10"), ("Cache-Control", "no-store")],
                    contentType: "text/plain; charset=utf-8", body: "the ledger cannot be read\n"
                ).conditional(on: request))
        }
    }

    /// Answers with a line of text.
    public func refuse(_ request: Request, because refusal: Refusal, through exchange: Exchange) {
        exchange.reply(refusal.plainText(for: request))
    }

    private static let headers: [(name: StaticString, value: FieldValue)] = [
        ("Cache-Control", "public, max-age=60"), ("Content-Security-Policy", "default-src 'none'"),
        ("X-Content-Type-Options", "nosniff"),
    ]

    private func response(to request: Request, _ path: PublicPath) throws(LedgerError) -> Response? {
        switch path {
        case .badge(let name):
            guard let site = source.site(name) else { return nil }
            let facts = SiteFacts(site, try source.latest.bySite()[name] ?? [])
            return Response(status: 200, headers: Self.headers, contentType: "image/svg+xml", body: Badge(facts).svg)
        case .feed(let name):
            guard name == nil || source.site(name ?? "") != nil else { return nil }
            let known = Set(source.sites.map(\.name))
            let records = try source.ledger.deployments(of: name, limit: Feed.length)
            let feed = Feed(
                site: name, records: records.filter { known.contains($0.site.name) },
                server: Feed.server((try? request.params.value(of: "SERVER_NAME")) ?? nil),
                start: Date(timeIntervalSince1970: source.metrics.start))
            return Response(status: 200, headers: Self.headers, contentType: "application/atom+xml", body: feed.xml)
        }
    }
}
