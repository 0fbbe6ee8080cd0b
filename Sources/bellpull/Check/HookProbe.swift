import Foundation
import Processes
import Synchronization

/// Sends an unsigned delivery to each hook through the web server. Bellpull rejects the delivery and does nothing else.
struct HookProbe: Sendable {
    /// The answer to an unsigned delivery.
    enum Answer: Equatable {
        /// A reply over HTTP: the status, and the headers that tell who answered, with names in lower case.
        case reply(status: Int, headers: [String: String])
        /// curl could not get a reply: its exit status (curl(1), "EXIT CODES"), and its message.
        case failure(status: Int32, message: String)
    }

    private let post: @Sendable (HookAddress, _ verifiesCertificate: Bool) -> Answer

    /// The longest time for an answer from this machine, in seconds.
    private static let time = 10
    /// The longest time for an answer from a public address, in seconds.
    static let publicTime = 5
    /// The number of addresses to try in parallel.
    private static let parallel = 8

    /// Creates a probe that sends deliveries with `post`.
    init(post: @escaping @Sendable (HookAddress, _ verifiesCertificate: Bool) -> Answer) {
        self.post = post
    }

    /// Creates a probe that sends deliveries with curl; `nil` if curl is not installed.
    init?(environment: [String: String], _ cancellation: Cancellation) {
        guard let curl = Program("curl", environment) else { return nil }
        self.init { address, verifiesCertificate in
            Self.post(to: address, with: curl, verifiesCertificate, cancellation)
        }
    }

    /// Returns the results for all `addresses`, in their order.
    func results(_ addresses: [HookAddress]) -> [CheckResult] { outcome(addresses).results }

    /// Returns the results for all `addresses`, in their order, and whether all addresses answer. Runs on plain threads, as
    /// child processes inherit the signal mask of the thread.
    func outcome(_ addresses: [HookAddress]) -> (results: [CheckResult], isComplete: Bool) {
        let next = Atomic<Int>(0)
        let found = Mutex([Finding](repeating: Finding(), count: addresses.count))
        let group = DispatchGroup()
        for _ in 0..<min(Self.parallel, addresses.count) {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < addresses.count else { return }
                    let finding = finding(addresses[index])
                    found.withLock { $0[index] = finding }
                }
            }
        }
        group.wait()
        let findings = found.withLock { $0 }
        // A redirect to a hook that works, as from http to https, is in order.
        let working = zip(addresses, findings).filter { $1.results.first?.severity == .ok }.map(\.0.url)
        let results = findings.filter { $0.redirection.map { !working.contains($0) } ?? true }.flatMap(\.results)
        return (results, findings.allSatisfy(\.isAnswered))
    }

    /// The results at one address.
    private struct Finding {
        var results: [CheckResult] = []
        /// The address that nginx redirects to. `nil` at a public address, which is in the forge's form.
        var redirection: String?
        var isAnswered = true
    }

    private func finding(_ address: HookAddress) -> Finding {
        let answer = post(address, true)
        // 51 and 60: the certificate is not for this name, or is not trusted. Some forges can be told not to verify it.
        guard case .failure(let status, let message) = answer, [51, 60].contains(status) else {
            var finding = Finding(results: [HookAnswer(address, answer).result])
            switch answer {
            case .reply(300..<400, let headers): finding.redirection = address.isPublic ? nil : headers["location"]
            case .reply: break
            case .failure: finding.isAnswered = false
            }
            return finding
        }
        let distrust = CheckResult.warning(
            HookAnswer.subject(address), "\(address.url): \(message)",
            hint: "certbot certificates; or disable the verification of the certificate in the forge's form")
        return Finding(results: [HookAnswer(address, post(address, false)).result, distrust])
    }

    private static func post(
        to address: HookAddress, with curl: Program, _ verifiesCertificate: Bool, _ cancellation: Cancellation
    ) -> Answer {
        let time = address.isPublic ? Self.publicTime : Self.time
        var arguments = [
            "--silent", "--show-error", "--max-time", "\(time)", "--noproxy", "*", "--output", "/dev/null",
            "--dump-header", "-", "--header", "Content-Type: application/json", "--header", "X-GitHub-Event: ping",
            "--header", "X-GitHub-Delivery: bellpull-check", "--header", "Expect:", "--user-agent", "bellpull-check",
            "--data", "{}",
        ]
        if let connection = address.connection {
            arguments +=
                connection.hasPrefix("/")
                ? ["--unix-socket", connection] : ["--connect-to", "::\(connection)"]
        }
        if address.hasProxyProtocol { arguments.append("--haproxy-protocol") }
        if !verifiesCertificate { arguments.append("--insecure") }
        let completion = try? curl.command(["--disable"] + arguments + ["--", address.url])
            .run(until: .now + .seconds(time + 2), cancellation: cancellation)
        guard let completion else { return .failure(status: 2, message: "curl cannot be started") }
        guard case .exited(let status) = completion.termination else {
            return .failure(status: 28, message: "no answer")
        }
        guard status == 0 else {
            let message = completion.errors.split(separator: "\n").first ?? "curl exits with \(status)"
            return .failure(status: status, message: String(message))
        }
        return reply(completion.output)
    }

    /// Parses the headers that curl prints.
    static func reply(_ text: String) -> Answer {
        // A line feed after a carriage return is one character.
        let lines = text.split(whereSeparator: \.isNewline)
        // An interim response, such as 100 Continue, may come first.
        let start = lines.lastIndex { $0.hasPrefix("HTTP/") } ?? 0
        let status = lines.dropFirst(start).first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let pairs = lines.dropFirst(start + 1).compactMap { line in
            line.firstIndex(of: ":").map {
                (line[..<$0].lowercased(), line[line.index(after: $0)...].trimmingCharacters(in: .whitespaces))
            }
        }
        return .reply(status: status ?? 0, headers: Dictionary(pairs) { first, _ in first })
    }
}
