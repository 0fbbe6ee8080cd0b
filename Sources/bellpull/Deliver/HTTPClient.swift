import Foundation
import Processes
import Webhook

/// A reply over HTTP.
struct HTTPReply: Equatable {
    /// The status line, such as `HTTP/1.1 200 OK`.
    let statusLine: String
    let status: Int
    /// The headers in their order.
    let headers: [Header]
    let body: String

    /// A header field.
    struct Header: Encodable, Equatable {
        let name: String
        let value: String
    }

    /// Parses headers and body, after any interim responses such as 100 Continue. Returns `nil` without a status line.
    init?(_ text: String) {
        var rest = text.replacing("\r\n", with: "\n")[...]
        while true {
            let end = rest.range(of: "\n\n")
            let lines = rest[..<(end?.lowerBound ?? rest.endIndex)].split(separator: "\n").map(String.init)
            guard let first = lines.first, first.hasPrefix("HTTP/"),
                let status = first.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            else { return nil }
            rest = end.map { rest[$0.upperBound...] } ?? ""
            if (100..<200).contains(status) { continue }
            (statusLine, self.status, body) = (first, status, String(rest))
            headers = lines.dropFirst().compactMap { line in
                line.firstIndex(of: ":").map {
                    let value = line[line.index(after: $0)...].trimmingCharacters(in: .whitespaces)
                    return Header(name: String(line[..<$0]), value: value)
                }
            }
            return
        }
    }

    /// Returns the value of the header `name`, in any case.
    subscript(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}

/// An address and its reply to a delivery.
struct HTTPExchange {
    let address: HookAddress
    let reply: HTTPReply
}

/// Sends deliveries with curl. What a delivery contains goes to curl's standard input: every user can see the arguments of a
/// process, and a header may be the secret.
struct HTTPClient {
    /// The error that nobody answered.
    struct NoAnswer: Error {
        let message: String
        /// Whether the delivery cannot have arrived.
        let isUnsent: Bool
    }

    private let curl: Program
    private let cancellation: Cancellation

    /// Creates a client; `nil` if curl is not installed.
    init?(environment: [String: String], _ cancellation: Cancellation) {
        guard let curl = Program("curl", environment) else { return nil }
        (self.curl, self.cancellation) = (curl, cancellation)
    }

    /// curl's exit statuses for errors before anything was sent (curl(1), "EXIT CODES"): the host is not known, the
    /// connection was refused, and errors of TLS.
    private static let unsent: Set<Int32> = [6, 7, 35, 51, 58, 60]

    /// Sends `delivery`, and waits up to `time` for the reply.
    func post(
        _ delivery: OutgoingDelivery, to address: HookAddress, within time: Duration
    ) throws(NoAnswer) -> HTTPReply {
        let seconds = max(1, Int(time / .seconds(1)))
        let command = curl.command(
            ["--disable", "--config", "-"], text: Self.settings(delivery, address, seconds: seconds))
        guard let completion = try? command.run(until: .now + .seconds(seconds + 5), cancellation: cancellation) else {
            throw NoAnswer(message: "curl cannot be started", isUnsent: true)
        }
        guard case .exited(let status) = completion.termination else {
            throw NoAnswer(message: "no answer within \(seconds) s", isUnsent: false)
        }
        guard status == 0 else {
            let message = completion.errors.split(separator: "\n").first.map(String.init) ?? "curl exits with \(status)"
            throw NoAnswer(message: message, isUnsent: Self.unsent.contains(status))
        }
        guard let reply = HTTPReply(completion.output) else {
            throw NoAnswer(message: "the answer is not HTTP", isUnsent: false)
        }
        return reply
    }

    /// Returns curl's configuration (curl(1), "--config").
    private static func settings(_ delivery: OutgoingDelivery, _ address: HookAddress, seconds: Int) -> String {
        var lines = [
            "silent", "show-error", "include", "noproxy = \"*\"", "max-time = \(seconds)", "connect-timeout = 10",
            "url = \(quoted(address.url))", "header = \"Expect:\"",
            "data-binary = \(quoted(String(decoding: delivery.body, as: UTF8.self)))",
        ]
        lines += delivery.headers.map { "header = \(quoted("\($0.name): \($0.value)"))" }
        if let connection = address.connection {
            lines.append(
                connection.hasPrefix("/")
                    ? "unix-socket = \(quoted(connection))" : "connect-to = \(quoted("::\(connection)"))")
        }
        if address.hasProxyProtocol { lines.append("haproxy-protocol") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
