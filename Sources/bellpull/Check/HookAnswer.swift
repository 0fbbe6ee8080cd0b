/// The meaning of the answer to an unsigned delivery.
struct HookAnswer {
    private let address: HookAddress
    private let answer: HookProbe.Answer

    private static let subject = "nginx"
    private static let reload = "nginx -t && systemctl reload nginx"
    private static let restart = "nginx -t && systemctl restart nginx"

    init(_ address: HookAddress, _ answer: HookProbe.Answer) {
        self.address = address
        self.answer = answer
    }

    /// An error unless Bellpull itself answered, and rejected the delivery.
    var result: CheckResult {
        switch answer {
        case .failure(7, _):
            error(
                "nothing listens on \(address.connection), so nginx is stopped or has not loaded its files",
                Self.restart)
        case .failure(28, _): error("no answer within 10 s", "tail -n 20 /var/log/nginx/error.log")
        case .failure(_, let message): error(message, Self.restart)
        case .reply(let status, let headers): result(status, headers)
        }
    }

    private func result(_ status: Int, _ headers: [String: String]) -> CheckResult {
        switch (status, headers["bellpull-outcome"]) {
        case (401, "rejected"?):
            .ok(Self.subject, "\(address.url) leads to bellpull, which rejects unsigned deliveries")
        case (403, nil) where address.isRestricted:
            .ok(Self.subject, "\(address.url): nginx lets only some addresses use the hook, so the hook was not tried")
        case (404, "refused"?):
            error("the running bellpull has no hook at this path, unlike the files", "systemctl reload bellpull")
        case (_, let outcome?):
            error(
                "bellpull answers \(status) (\(outcome)) to an unsigned delivery",
                "journalctl -u bellpull -n 20 --no-pager")
        case (502, nil), (503, nil), (504, nil):
            error(
                "nginx answers \(status), so bellpull is down",
                "systemctl restart bellpull.socket bellpull; journalctl -u bellpull -n 20 --no-pager")
        case (300..<400, nil):
            error(
                "the answer is a redirect to \(headers["location"] ?? "another address"), and forges do not follow redirects",
                "enter the address after the redirect in the forge's form, or take the redirect out of nginx's server")
        case (404, nil):
            error("nginx answers 404, so nginx has not loaded the location of the hook", Self.reload)
        default:
            error(
                "another program or another location answers \(status)",
                "\(Self.reload); then grep -rn server_name /etc/nginx shows servers with the same name")
        }
    }

    private func error(_ fact: String, _ hint: String) -> CheckResult {
        .error(Self.subject, "\(address.url): \(fact)", hint: hint)
    }
}
