internal import Foundation
internal import Processes
internal import Text

/// One request to the address of a health check, sent with curl.
struct HealthProbe {
    private let address: String
    private let status: Int
    private let text: String?
    private let path: String

    /// The address in messages.
    private var shown: String { address.redactingCredentials }

    /// The longest time for one request, in seconds. A check is repeated, so a request that hangs must end.
    private static let time = 10
    /// The longest body that is searched for the text.
    private static let bodyLimit = 4 << 20

    init(_ address: String, status: Int, text: String?, path: String) {
        self.address = address
        self.status = status
        self.text = text
        self.path = path
    }

    /// Sends the request. Returns why the answer is not the expected one; `nil` if it is.
    func failure(_ limits: Limits) -> Failure? {
        let programs = (path.split(separator: ":").map(String.init) + ["/usr/bin", "/bin"]).map { "\($0)/curl" }
        guard let curl = programs.first(where: { program in access(program, X_OK) == 0 }) else {
            return Failure(
                "health needs curl, which is not installed", remedy: Remedy(ShellCommand("apt", "install", "curl")))
        }
        // The status stands behind the body, because curl writes everything to one stream.
        let arguments = [
            "--disable", "--globoff", "--silent", "--show-error", "--max-time", "\(Self.time)", "--user-agent",
            "Bellpull health check", "--write-out", "\n%{http_code} %{redirect_url}", "--config", "-",
        ]
        // Every user can see the arguments of a command, and an address may have a password.
        let word = address.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let command = Command(
            executable: URL(fileURLWithPath: curl), arguments: arguments, directory: "/",
            environment: ["PATH": path, "LC_ALL": "C"], input: .text("url = \"\(word)\"\n"))
        do {
            let completion = try command.run(
                until: limits.deadline, cancellation: limits.cancellation, keeping: .whole(limit: Self.bodyLimit))
            return failure(completion)
        } catch {
            return Failure("health cannot be checked: \(error.localizedDescription)")
        }
    }

    private func failure(_ completion: Command.Completion) -> Failure? {
        switch completion.termination {
        case .exited(0): break
        case .timedOut, .cancelled, .killed: return Failure("\(shown) did not answer in time")
        case .exited:
            let reason = completion.errors.split(whereSeparator: \.isNewline).last.map(String.init) ?? "no answer"
            return Failure("\(shown): \(reason.redactingCredentials.escapedForDisplay)")
        }
        guard completion.isOutputComplete else { return Failure("\(shown) answered with more than 4 MiB") }
        let bytes = completion.outputBytes
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? bytes.startIndex
        let words = String(decoding: bytes[end...], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let answered = words.first.flatMap { Int($0) } ?? 0
        guard answered == status else {
            let place =
                words.dropFirst().first.map { ", to \(String($0).redactingCredentials.escapedForDisplay)" } ?? ""
            return Failure("\(shown) answered with \(answered)\(place) instead of \(status)")
        }
        guard let text, String(decoding: bytes[..<end], as: UTF8.self).range(of: text) == nil else { return nil }
        return Failure("\(shown) answered with \(status), but without the text \(text.escapedForDisplay)")
    }
}
