public import FastCGI

/// Finds the endpoint for a request by its path below the place where Bellpull is mounted.
public struct Router: Responder {
    private let webhook: WebhookEndpoint

    /// A router to these endpoints.
    public init(webhook: WebhookEndpoint) {
        self.webhook = webhook
    }

    /// Hands the request on, or answers 404 or 405.
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
            guard webhook.hasHook(at: path) else { return exchange.reply(.nothingHere, to: request) }
            var report = Report.refused(405, "deliveries are sent by POST")
            report.extraHeaders = [("Allow", "POST")]
            return exchange.reply(report, to: request)
        }
        webhook.respond(to: request, at: path, through: exchange)
    }
}

extension Exchange {
    /// Replies to `request` with what is told of it.
    func reply(_ report: Report, to request: Request) {
        reply(report.response(after: request.received.millisecondsAgo))
    }
}
