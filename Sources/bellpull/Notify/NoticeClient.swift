import Foundation
import Processes
import Webhook

/// Sends notices over HTTP with curl. Addresses, tokens and texts go to curl's standard input: every user can see the arguments
/// of a process.
struct NoticeClient {
    private let environment: [String: String]
    private let cancellation: Cancellation

    /// The longest time for one request, in seconds.
    private static let time = 15
    /// The longest answer that is read, in bytes.
    private static let limit = 256 << 10

    init(environment: [String: String], _ cancellation: Cancellation) {
        self.environment = environment
        self.cancellation = cancellation
    }

    /// Sends a webhook. The answer's body is not kept.
    func send(_ body: String, to url: String, headers: [(name: String, value: String)]) -> NoticeOutcome {
        let own = [("Content-Type", "application/json"), ("User-Agent", "Bellpull")]
        return post(body, to: url, headers: own + headers, keepsBody: false) { reply in
            switch reply.status {
            case 200..<300: .sent
            case 410: .rejected("the receiver answered with 410", hint: "remove notify_url: nobody takes notices there")
            default: .failed(Self.words(for: reply), after: NoticeRetries.wish(reply["Retry-After"]))
            }
        }
    }

    /// Sets the status of a commit.
    ///
    /// - Parameter isPending: whether the status says that the deployment runs.
    func send(_ request: StatusAPI.Request, isPending: Bool) -> NoticeOutcome {
        post(request.body, to: request.url, headers: request.headers, keepsBody: true) {
            Self.verdict($0, isPending: isPending)
        }
    }

    /// Returns what a forge's answer to a status means.
    static func verdict(_ reply: HTTPReply, isPending: Bool = false, now: Date = Date()) -> NoticeOutcome {
        let words = words(for: reply)
        let wish = NoticeRetries.wish(reply["Retry-After"], now: now) ?? resetOfLimit(reply, now)
        let isJSON = reply["Content-Type"]?.lowercased().contains("json") == true
        switch reply.status {
        case 200..<300:
            // A page for people comes from something in front of the forge.
            return isJSON ? .sent : .failed("the answer is not JSON; is status_api right?")
        case 400 where reply.body.contains("Cannot transition status"):
            // GitLab: the commit has this status already, or the forge keeps another one.
            return isPending ? .sent : .rejected("the forge keeps an earlier status of the commit", hint: nil)
        case 401:
            return .rejected(
                words, hint: "write a valid token to the file that status_token_file names, then: bellpull reload")
        // The limit on the number of requests.
        case 403 where wish != nil: return .failed(words, after: wish)
        case 403:
            return .rejected(
                words,
                hint: "give the token the right to set commit statuses: write access to the repository's statuses")
        case 404:
            return .rejected(
                words,
                hint:
                    "check repository and status_api in the file of the site, and that the token may see the repository"
            )
        case 422: return .rejected(words, hint: "check that the repository at the forge has the commit")
        default: return .failed(words, after: wish)
        }
    }

    /// Returns the time until the forge takes requests again, if GitHub's limit on their number is used up ("Rate limits for the
    /// REST API").
    private static func resetOfLimit(_ reply: HTTPReply, _ now: Date) -> Duration? {
        guard reply["X-RateLimit-Remaining"] == "0", let reset = reply["X-RateLimit-Reset"].flatMap({ Int64($0) })
        else {
            return nil
        }
        return .seconds(min(max(TimeInterval(reset) - now.timeIntervalSince1970, 0), 86_400))
    }

    private static func words(for reply: HTTPReply) -> String {
        // A redirect could lead a token to another host.
        let place =
            (300..<400).contains(reply.status) ? reply["Location"].map { ", to \($0.redactingCredentials)" } : nil
        return "the answer is \(reply.status)\(place ?? "")"
    }

    private func post(
        _ body: String, to url: String, headers: [(name: String, value: String)], keepsBody: Bool,
        verdict: (HTTPReply) -> NoticeOutcome
    ) -> NoticeOutcome {
        guard let curl = Program("curl", environment) else {
            return .failed("curl is not installed")
        }
        let command = curl.command(
            ["--disable", "--config", "-"], text: Self.settings(body, url, headers, keepsBody: keepsBody))
        let completion: Command.Completion
        do {
            completion = try command.run(
                until: .now + .seconds(Self.time + 5), cancellation: cancellation, keeping: .whole(limit: Self.limit))
        } catch {
            return .failed("curl cannot be started: \(error.localizedDescription)")
        }
        switch completion.termination {
        case .cancelled: return .cancelled
        case .exited(0): break
        case .exited:
            let line = completion.errors.split(separator: "\n").first.map(String.init) ?? "no answer"
            return .failed(line.redactingCredentials)
        case .timedOut, .killed: return .failed("no answer within \(Self.time) s")
        }
        return HTTPReply(completion.output).map(verdict) ?? .failed("the answer is not HTTP")
    }

    /// Returns curl's configuration (curl(1), "--config"). No redirect is followed, and no setting of the user is read.
    static func settings(
        _ body: String, _ url: String, _ headers: [(name: String, value: String)], keepsBody: Bool
    ) -> String {
        let output = keepsBody ? ["include"] : ["dump-header = \"-\"", "output = \"/dev/null\""]
        let lines =
            [
                "silent", "show-error", "globoff", "proto = \"=http,https\"", "max-time = \(time)",
                "connect-timeout = 10",
                "url = \(quoted(url))", "header = \"Expect:\"", "data-raw = \(quoted(body))",
            ] + output + headers.map { "header = \(quoted("\($0.name): \($0.value)"))" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        let escapes: [Unicode.Scalar: String] = ["\\": "\\\\", "\"": "\\\"", "\n": "\\n", "\r": "\\r", "\t": "\\t"]
        return "\"" + text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined() + "\""
    }
}
