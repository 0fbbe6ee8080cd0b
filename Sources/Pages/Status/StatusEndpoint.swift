public import Endpoints
public import FastCGI
internal import Deploy

/// Answers with the pages for people. Changes nothing.
public struct StatusEndpoint: Endpoint {
    private let source: PageSource
    private let pages: Pages

    /// Creates an endpoint for the pages of `source`.
    public init(_ source: PageSource) {
        self.source = source
        pages = Pages(source)
    }

    /// The accepted methods.
    public let methods = ["GET", "HEAD"]

    /// Whether a page may be at `path`.
    public func isFound(at path: String?) -> Bool { PagePath(path) != nil }

    /// The fields of all replies. Scripts and styles come only from this endpoint, and only as files.
    private static let headers: [(name: StaticString, value: FieldValue)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    /// Answers with the page at `path`.
    public func respond(to request: Request, at path: String?, through exchange: Exchange) {
        do {
            guard let page = PagePath(path), let response = try response(to: request, page) else {
                return refuse(request, because: .notFound, through: exchange)
            }
            exchange.reply(response.conditional(on: request))
        } catch {
            source.metrics.note(error)
            answer(request, 503, "the ledger cannot be read: \(error.message)", through: exchange)
        }
    }

    /// Answers with a page that names the error.
    public func refuse(_ request: Request, because refusal: Refusal, through exchange: Exchange) {
        let extra: [(name: StaticString, value: FieldValue)] =
            if case .method(let allowed) = refusal { [("Allow", allowed)] } else { [] }
        answer(request, refusal.status, refusal.message, extra, through: exchange)
    }

    private func answer(
        _ request: Request, _ status: Int, _ message: String, _ extra: [(name: StaticString, value: FieldValue)] = [],
        through exchange: Exchange
    ) {
        let retry: [(name: StaticString, value: FieldValue)] = status == 503 ? [("Retry-After", "10")] : []
        let headers = Self.headers + extra + retry + [("Cache-Control", "no-store")]
        let response = Response(
            status: status, headers: headers, contentType: Self.html, body: pages.message(status, message))
        exchange.reply(response.conditional(on: request))
    }

    private static let html: StaticString = "text/html; charset=utf-8"

    private func response(to request: Request, _ path: PagePath) throws(LedgerError) -> Response? {
        let query = PageQuery(request)
        switch path {
        case .overview: return html(try pages.overview(page: query["page"]))
        case .history: return html(try pages.history(before: query["before"]))
        case .site(let name): return try pages.site(name, before: query["before"]).map(html)
        case .deployment(let id): return try pages.deployment(id).map(html)
        case .log(let id): return try log(id, from: query["from"])
        case .style: return file("text/css; charset=utf-8", StyleSheet.text)
        case .script: return file("text/javascript; charset=utf-8", Script.text)
        case .icon: return file("image/svg+xml", Icon.text)
        }
    }

    private func html(_ body: String) -> Response {
        Response(
            status: 200, headers: Self.headers + [("Cache-Control", "private, no-cache")], contentType: Self.html,
            body: body)
    }

    /// A file is asked for again each time and seldom sent again: its tag is that of this program's version.
    private func file(_ contentType: StaticString, _ body: String) -> Response {
        Response(
            status: 200, headers: Self.headers + [("Cache-Control", "no-cache")], contentType: contentType, body: body)
    }

    /// Answers the script of a page with the output since its last question.
    private func log(_ id: Int64, from position: Int64?) throws(LedgerError) -> Response? {
        guard let output = try pages.output(of: id, from: Int(position ?? 0)) else { return nil }
        let headers: [(name: StaticString, value: FieldValue)] = [
            ("Cache-Control", "no-store"), ("Bellpull-State", FieldValue(escaping: output.state.rawValue)),
            ("Bellpull-Next", FieldValue(escaping: String(output.end))),
        ]
        return Response(
            status: 200, headers: Self.headers + headers, contentType: "text/plain; charset=utf-8", body: output.text)
    }
}
