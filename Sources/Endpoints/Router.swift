public import FastCGI

/// Passes each request to the endpoint that the web server names.
public struct Router: Responder {
    private let endpoints: [EndpointName: any Endpoint]
    private let hook: (any Endpoint)?

    /// Creates a router for one socket. No other endpoint answers at the socket.
    public init(_ endpoints: [EndpointName: any Endpoint]) {
        self.endpoints = endpoints
        hook = endpoints[.hook]
    }

    /// Passes the request to the endpoint and the path, or answers 400, 404 or 405.
    public func respond(to request: Request, through exchange: Exchange) {
        let name: String?
        do {
            name = try request.params.value(of: "BELLPULL_ENDPOINT")
        } catch {
            return exchange.reply(.malformed("the web server sent \(error.name) twice"), to: request)
        }
        guard let endpoint = name.map({ EndpointName(rawValue: $0).flatMap { endpoints[$0] } }) ?? hook else {
            return exchange.reply(.refused(404, "this socket has no such endpoint"), to: request)
        }
        respond(to: request, at: endpoint, through: exchange)
    }

    private func respond(to request: Request, at endpoint: any Endpoint, through exchange: Exchange) {
        let path: String?
        let method: String?
        do {
            path = try request.params.pathBelowMount
            method = try request.params.value(of: "REQUEST_METHOD")
        } catch {
            return endpoint.refuse(
                request, because: .malformed("the web server sent \(error.name) twice"), through: exchange)
        }
        guard let method, endpoint.methods.contains(method) else {
            guard endpoint.isFound(at: path) else {
                return endpoint.refuse(request, because: .notFound, through: exchange)
            }
            let allowed = FieldValue(escaping: endpoint.methods.joined(separator: ", "))
            return endpoint.refuse(request, because: .method(allowed: allowed), through: exchange)
        }
        endpoint.respond(to: request, at: path, through: exchange)
    }
}

extension Params {
    /// The path below the mount, such as `/blog`; `nil` at the mount itself.
    ///
    /// Most web servers split the path: SCRIPT_NAME is the mount, and PATH_INFO is the rest (RFC 3875 §4.1.5). h2o cannot,
    /// and passes the whole path as PATH_INFO. Its configuration names the mount in the parameter BELLPULL_MOUNT. A path
    /// outside that mount becomes a path where nothing is.
    fileprivate var pathBelowMount: String? {
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
