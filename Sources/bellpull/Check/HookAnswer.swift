import Text

/// The meaning of the answer to an unsigned delivery.
struct HookAnswer {
    private let address: HookAddress
    private let answer: HookProbe.Answer

    private static let reload = "nginx -t && systemctl reload nginx"
    private static let restart = "nginx -t && systemctl restart nginx"

    init(_ address: HookAddress, _ answer: HookProbe.Answer) {
        self.address = address
        self.answer = answer
    }

    /// The subject of results about `address`.
    static func subject(_ address: HookAddress) -> String { address.isPublic ? "hook" : "nginx" }

    /// An error unless Bellpull itself answered, and rejected the delivery. A warning if a public address does not answer:
    /// forges may reach an address that this machine does not, as behind a router that does not lead back to its own network.
    var result: CheckResult {
        switch answer {
        case .failure(6, _) where address.isPublic:
            unanswered("this machine does not know the host \(host)", lookUp)
        case .failure(7, _) where address.isPublic:
            unanswered("\(host) refuses the connection from this machine", elsewhere)
        case .failure(28, _) where address.isPublic:
            unanswered("no answer to this machine within \(HookProbe.publicTime) s", elsewhere)
        case .failure(7, _):
            error(
                "nothing listens on \(address.connection ?? host), so nginx is stopped or has not loaded its files",
                Self.restart)
        case .failure(28, _): error("no answer within 10 s", "tail -n 20 /var/log/nginx/error.log")
        case .failure(_, let message): error(message, address.isPublic ? lookUp : Self.restart)
        case .reply(let status, let headers): result(status, headers)
        }
    }

    private func result(_ status: Int, _ headers: [String: String]) -> CheckResult {
        switch (status, headers["bellpull-outcome"]) {
        case (401, "rejected"?):
            .ok(Self.subject(address), "\(address.url) leads to bellpull, which rejects unsigned deliveries")
        case (403, nil) where address.isRestricted:
            .ok(
                Self.subject(address),
                "\(address.url): nginx lets only some addresses use the hook, so the hook was not tried")
        case (404, "refused"?):
            error(
                "the running bellpull has no hook at this path, unlike the files",
                "systemctl reload \(ServiceUnit.current)")
        case (_, let outcome?):
            error(
                "bellpull answers \(status) (\(outcome)) to an unsigned delivery",
                "journalctl -u \(ServiceUnit.current) -n 20 --no-pager")
        case (300..<400, nil):
            error(
                "the answer is a redirect to \(headers["location"] ?? "another address"), and forges do not follow "
                    + "redirects", redirectRemedy(headers["location"]))
        case _ where address.isPublic: error("another server or another location answers \(status)", lookUp)
        case (502, nil), (503, nil), (504, nil):
            error(
                "nginx answers \(status), so bellpull is down",
                "systemctl restart \(ServiceUnit.current.socket) \(ServiceUnit.current); journalctl -u \(ServiceUnit.current) -n 20 --no-pager"
            )
        case (404, nil):
            error("nginx answers 404, so nginx has not loaded the location of the hook", Self.reload)
        default:
            error(
                "another program or another location answers \(status)",
                "\(Self.reload); then grep -rn server_name /etc/nginx shows servers with the same name")
        }
    }

    private func redirectRemedy(_ location: String?) -> String {
        let form = "enter the address after the redirect in the forge's form"
        guard let place = address.place else { return "\(form), or take the redirect out of nginx's server" }
        guard let location, let new = Self.origin(of: location), let old = Self.origin(of: address.url), new != old,
            location.dropFirst(new.count) == address.url.dropFirst(old.count)
        else { return "\(form), and correct url in \(place); or take the redirect out of the web server's settings" }
        return "enter \(location) in the forge's form, and write url = \"\(new)/\" in \(place)"
    }

    /// Returns the scheme, the host and the port of `url`; `nil` for a text without them.
    private static func origin(of url: String) -> String? {
        guard let start = ["https://", "http://"].first(where: url.hasPrefix) else { return nil }
        let authority = url.dropFirst(start.count).prefix { !"/?#".contains($0) }
        return authority.isEmpty ? nil : start + authority
    }

    /// The host of the address.
    private var host: String { Self.host(of: address.url) }

    /// Returns the host of `url`; empty for a text without a host.
    static func host(of url: String) -> String {
        let authority = (origin(of: url) ?? "").drop { $0 != "/" }.dropFirst(2)
        guard let end = authority.lastIndex(of: ":"), !authority[end...].contains("]") else { return String(authority) }
        return String(authority[..<end])
    }

    private var lookUp: String {
        let correction = address.place.map { "correct url in \($0)" } ?? "correct the address of the hook"
        return "getent hosts \(host) shows the address: if it is not this server's, \(correction); "
            + "otherwise correct the web server's settings"
    }

    private var elsewhere: String {
        "curl -i -d '{}' \(address.url.quotedForShell), run outside of this network, must show Bellpull-Outcome: rejected; "
            + "otherwise look at the firewall and at the web server"
    }

    private func unanswered(_ fact: String, _ hint: String) -> CheckResult {
        .warning(Self.subject(address), "\(address.url): \(fact)", hint: hint)
    }

    private func error(_ fact: String, _ hint: String) -> CheckResult {
        .error(Self.subject(address), "\(address.url): \(fact)", hint: hint)
    }
}
