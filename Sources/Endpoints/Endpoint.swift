public import FastCGI

/// Answers the requests of one kind, such as deliveries.
public protocol Endpoint: Sendable {
    /// The accepted methods.
    var methods: [String] { get }

    /// Whether something is at `path` below the mount. The path is `nil` at the mount itself.
    func isFound(at path: String?) -> Bool

    /// Answers a request with an accepted method, now or later.
    func respond(to request: Request, at path: String?, through exchange: Exchange)

    /// Answers a request that the router refuses.
    func refuse(_ request: Request, because refusal: Refusal, through exchange: Exchange)
}

/// Why the router refuses a request.
public enum Refusal: Sendable, Equatable {
    /// The web server sent a parameter twice.
    case malformed(String)
    /// Nothing is at the path.
    case notFound
    /// The method is not accepted. The field value lists the accepted methods.
    case method(allowed: FieldValue)
}

/// The name of an endpoint, as the web server sends it in the parameter `BELLPULL_ENDPOINT`. No path and no name of a site can
/// collide with the name.
public enum EndpointName: String, Sendable, CaseIterable {
    /// The endpoint of deliveries; also without the parameter, as in the files of earlier versions.
    case hook
    /// The pages for people.
    case pages
    /// The metrics.
    case metrics
    /// Badges and feeds.
    case `public`
}
