public import FastCGI

/// Passes each request to an endpoint.
public struct Router: Responder {
    private let webhook: WebhookEndpoint

    /// Creates a router to the given endpoints.
    public init(webhook: WebhookEndpoint) {
        self.webhook = webhook
    }

    /// Passes the request to the hook at the request's path, or answers 404 or 405.
    public func respond(to request: Request, through exchange: Exchange) {
        let path: String?
        let method: String?
        do {
            path = try request.params.value(of: "PATH_INFO")
            method = try request.params.value(of: "REQUEST_METHOD")
        } catch {
            return exchange.reply(.malformed("the web server sent \(error.name) twice"), to: request)
        }
        guard method == "POST" else {
            guard webhook.hasHook(at: path) else { return exchange.reply(.noSuchHook, to: request) }
            var report = Report.refused(405, "deliveries use the method POST")
            report.extraHeaders = [("Allow", "POST")]
            return exchange.reply(report, to: request)
        }
        webhook.respond(to: request, at: path, through: exchange)
    }
}

extension Exchange {
    /// Replies to `request` with `report`.
    func reply(_ report: Report, to request: Request) {
        reply(report.response(after: request.received.millisecondsAgo))
        detachErrorsAfterReply()
    }
}
