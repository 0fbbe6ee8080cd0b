import Configuration
import Foundation
import Processes

/// Looks at a site as a visitor, on this machine and at the public address, and compares the page with the live file.
struct PageVisit {
    private let settings: SiteSettings
    private let web: NginxCheck
    private let curl: Program
    private let cancellation: Cancellation

    /// The compared page.
    private static let page = "index.html"
    /// The largest compared page, in bytes.
    private static let limit = 1 << 20
    /// The longest time for an answer, in seconds.
    private static let time = 5

    /// Creates a visit; `nil` if curl is not installed.
    init?(to settings: SiteSettings, _ web: NginxCheck, environment: [String: String], _ cancellation: Cancellation) {
        guard let curl = Program("curl", environment) else { return nil }
        (self.settings, self.web, self.curl, self.cancellation) = (settings, web, curl, cancellation)
    }

    /// Looks. Returns `nil` if there is nothing to compare: no page, a dynamic page, or a page behind a password.
    func look() -> VisitedPage? {
        let folder = settings.strategy == .release ? "\(settings.path)/current" : settings.path
        let served = web.servedFolder(in: folder)
        if served == nil, let host = settings.url?.host, let other = web.root(ofServerNamed: host) {
            return .otherFolder(served: other, live: folder)
        }
        let file = "\(served ?? folder)/\(Self.page)"
        guard let expected = Self.content(of: file) else { return nil }
        let local = web.address(ofFolder: served ?? folder).flatMap { try? fetch($0.url, through: $0.connection) }
        guard let url = settings.url.map({ $0.origin + $0.path }) else {
            guard let local else { return nil }
            guard local.status == 200 else { return error(local) }
            return local.body == expected ? seen(local) : .otherPage(url: local.url, file: file)
        }
        let visited: Answer
        do throws(NoAnswer) {
            visited = try fetch(url, through: nil)
        } catch {
            return .noAnswer(url: url, reason: error.reason, remedy: error.remedy)
        }
        guard visited.status == 200 else { return error(visited) }
        if visited.body == expected { return seen(visited) }
        guard let local, local.status == 200 else { return .otherPage(url: url, file: file) }
        return local.body == expected
            ? .cachedBefore(url: url, sign: visited.cacheSign) : .otherPage(url: url, file: file)
    }

    /// Returns the error in `answer`; `nil` for a redirection and for a page behind a password.
    private func error(_ answer: Answer) -> VisitedPage? {
        answer.status >= 400 && answer.status != 401 ? .error(url: answer.url, status: answer.status) : nil
    }

    private func seen(_ answer: Answer) -> VisitedPage {
        answer.browserSeconds.map { .cachedByBrowsers(url: answer.url, seconds: $0) } ?? .current
    }

    private static func content(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return count == bytes.count ? bytes : nil
    }

    /// An answer to a visitor.
    private struct Answer {
        let url: String
        let status: Int
        let body: [UInt8]
        let headers: [String: String]

        /// The header of a cache; `nil` without one.
        var cacheSign: String? {
            let age = headers["age"].flatMap { Int($0) }.flatMap { $0 > 0 ? "Age: \($0)" : nil }
            let names = ["cf-cache-status", "x-cache", "x-cache-status", "x-proxy-cache", "x-varnish", "via"]
            return age ?? names.lazy.compactMap { name in headers[name].map { "\(name): \($0)" } }.first
        }

        /// How long browsers keep the page without asking, in seconds; `nil` if they ask (RFC 9111 §5.2.2). At most 2³¹ (§1.2.2).
        var browserSeconds: Int? {
            let words = (headers["cache-control"] ?? "").lowercased().split(separator: ",")
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard !words.contains("no-cache"), !words.contains("no-store") else { return nil }
            let seconds = words.first { $0.hasPrefix("max-age=") }.flatMap { Int($0.dropFirst("max-age=".count)) }
            return seconds.flatMap { $0 >= 60 ? min($0, 1 << 31) : nil }
        }
    }

    /// Why there is no answer.
    private struct NoAnswer: Error {
        let reason: String
        let remedy: String?

        /// Explains curl's exit status (curl(1), "EXIT CODES").
        init(_ status: Int32, _ text: String, _ url: SiteURL?, place: String) {
            let message = text.hasPrefix("curl: (") ? String(text.drop { $0 != ")" }.dropFirst(2)) : text
            let host = url?.host ?? "the host"
            switch status {
            case 6:
                reason = "this machine does not know the host \(host)"
                remedy =
                    "getent hosts \(host) must show this server's address: correct the name in DNS, or url in \(place)"
            case 7:
                reason = "\(host) refuses the connection"
                remedy = "systemctl status nginx; ss -ltn shows the ports on which nginx listens"
            case 28:
                reason = "no answer within \(PageVisit.time) s"
                remedy =
                    "curl -I \((url?.origin ?? "").quotedForShell), run outside of this network, shows whether visitors get one"
            case 35, 51, 53...54, 58...60, 77, 80, 82...83, 90...91:
                reason = "TLS fails: \(message)"
                remedy = "nginx -T | grep -n -e listen -e ssl_  # the server block must have ssl and a certificate"
            case 52, 56:
                reason = "the connection ended without an answer"
                remedy = "tail -n 20 /var/log/nginx/error.log"
            case 63:
                reason = "the page is larger than \(PageVisit.limit >> 20) MB"
                remedy = nil
            default:
                reason = message
                remedy = nil
            }
        }
    }

    private func fetch(_ url: String, through connection: String?) throws(NoAnswer) -> Answer {
        var arguments = [
            "--disable", "--silent", "--show-error", "--include", "--max-time", "\(Self.time)", "--noproxy", "*",
            "--max-filesize",
            "\(Self.limit)", "--user-agent", "bellpull-why", "--insecure",
        ]
        if let connection {
            arguments +=
                connection.hasPrefix("/") ? ["--unix-socket", connection] : ["--connect-to", "::\(connection)"]
        }
        let completion = try? curl.command(arguments + ["--", url]).run(
            until: .now + .seconds(Self.time + 2), cancellation: cancellation, keeping: .whole(limit: Self.limit * 2))
        func failure(_ status: Int32, _ message: String = "the answer is not HTTP") -> NoAnswer {
            NoAnswer(status, message, settings.url, place: settings.place)
        }
        guard let completion else { throw failure(2, "curl cannot be started") }
        guard case .exited(let status) = completion.termination else { throw failure(28) }
        guard status == 0 else {
            let line = completion.errors.split(separator: "\n").first.map(String.init)
            throw failure(status, line ?? "curl exits with \(status)")
        }
        let bytes = completion.outputBytes
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)),
            case .reply(let status, let headers) = HookProbe.reply(
                String(decoding: bytes[..<end.lowerBound], as: UTF8.self))
        else { throw failure(1) }
        return Answer(url: url, status: status, body: Array(bytes[end.upperBound...]), headers: headers)
    }
}
