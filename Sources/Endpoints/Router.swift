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
            path = try request.params.hookPath
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

extension Params {
    /// The path below the mount, such as `/blog`; `nil` at the mount itself.
    ///
    /// Most web servers split the path: SCRIPT_NAME is the mount, and PATH_INFO is the rest (RFC 3875 §4.1.5). h2o cannot,
    /// and passes the whole path as PATH_INFO. Its configuration names the mount in the parameter BELLPULL_MOUNT. A path
    /// outside that mount becomes a path without a hook.
    fileprivate var hookPath: String? {
        get throws(RepeatedParameter) {
            let path = try value(of: "PATH_INFO")
            guard let mount = try value(of: "BELLPULL_MOUNT") else { return path }
            guard let path, path.utf8.starts(with: mount.utf8) else { return "outside" }
            let rest = String(decoding: path.utf8.dropFirst(mount.utf8.count), as: UTF8.self)
            return rest.isEmpty ? nil : rest.hasPrefix("/") ? rest : "outside"
        }
    }
}

extension Exchange {
    /// Replies to `request` with `report`.
    func reply(_ report: Report, to request: Request) {
        reply(report.response(after: request.received.millisecondsAgo))
        detachErrorsAfterReply()
    }
}
