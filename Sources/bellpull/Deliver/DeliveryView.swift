import Text
import Webhook

/// A delivery that was sent, and what came back: the JSON of `bellpull deliver`.
struct DeliveryView: Encodable {
    let delivery: String
    let forge: String
    /// What was announced, such as `push of 1a2b3c4 to refs/heads/main of alice/blog`.
    let subject: String
    let url: String
    let status: Int
    let headers: [HTTPReply.Header]
    let body: String
    /// The access log of the hook; `nil` if nginx's files name none.
    let log: String?
    /// The line in the access log.
    let line: String?

    private let reply: HTTPReply
    private let address: HookAddress

    private enum CodingKeys: CodingKey {
        case delivery, forge, subject, url, status, headers, body, log, line
    }

    init(
        _ sent: OutgoingDelivery, forge: ForgeName, subject: String, _ exchange: HTTPExchange, log: String?,
        line: String?
    ) {
        (delivery, self.forge, self.subject) = (sent.id, forge.rawValue, subject)
        (reply, address) = (exchange.reply, exchange.address)
        (url, status, headers) = (address.url, reply.status, reply.headers)
        (body, self.log, self.line) = (reply.body, log, line)
    }

    /// The lines for a person.
    var lines: [String] {
        let place = address.connection.map { " (\($0))" } ?? ""
        var lines = ["POST \(url)\(place)", "\(subject), as \(forge) would send it", "", reply.statusLine]
        lines += headers.map { "\($0.name): \($0.value)" } + ["", body]
        if let log {
            lines += [
                "", line.map { "\(log):\n\($0)" } ?? "\(log) has no line of the delivery that this user can read",
            ]
        } else {
            lines += ["", "nginx's files name no log of the hook in the format bellpull"]
        }
        return lines.map(\.linesEscapedForDisplay)
    }

    /// What is wrong; `nil` if the delivery was accepted.
    ///
    /// - Parameter owner: whose hook is at the address, if it is not the hook of `site`.
    func verdict(instance command: String, site: String, owner: String?) -> CommandError? {
        guard !(200..<300).contains(status) else {
            guard reply["Bellpull-Outcome"] == nil else { return nil }
            return CommandError(
                .failure, "\(url): another program answered \(status), not bellpull", hint: "\(command) check \(site)")
        }
        let reason = reply["Bellpull-Reason"].map { ": \($0)" } ?? ""
        switch reply["Bellpull-Outcome"] {
        case "rejected"?:
            if let owner {
                return CommandError(
                    .failure, "\(url) is the hook of \(owner), which has another secret than the hook of \(site)",
                    hint: "\(command) deliver \(site), without --to, finds the hook of \(site)")
            }
            return CommandError(
                .failure, "bellpull rejects the secret of the files, so it has loaded another one",
                hint: "\(command) reload")
        case let outcome?:
            return CommandError(
                .failure, "the delivery \(DeliveryFate.words(outcome))\(reason)",
                hint: "\(command) log \(site); \(command) check \(site)")
        case nil:
            let answer = HookAnswer(address, .reply(status: status, headers: [:])).result
            return CommandError(.failure, answer.message, hint: answer.hint ?? "\(command) check \(site)")
        }
    }
}
