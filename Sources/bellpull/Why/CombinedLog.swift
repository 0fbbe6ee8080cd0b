import Foundation

/// nginx's default log, which has the deliveries to wrong paths.
enum CombinedLog {
    /// Looks at a line of another log of the web server, in the format `combined`
    /// (nginx.org, "Module ngx_http_log_module").
    static func stray(_ line: Substring) -> HookRequests.Stray? {
        guard let forge = agents.first(where: { agent in line.contains(agent.agent) })?.forge,
            let start = line.firstRange(of: "\"POST ")?.upperBound,
            let end = line[start...].firstIndex(of: "\"")
        else { return nil }
        let request = line[start..<end].split(separator: " ")
        let rest = line[line.index(after: end)...].split(separator: " ")
        guard let target = request.first, let status = rest.first.flatMap({ Int($0) }),
            let time = time(in: line[..<start])
        else { return nil }
        return HookRequests.Stray(time: time, path: String(target.prefix { $0 != "?" }), status: status, forge: forge)
    }

    /// How forges name themselves.
    private static let agents: [(agent: String, forge: String)] = [
        (agent: "GitHub-Hookshot", forge: "GitHub"),
        ("Bitbucket-Webhooks", "Bitbucket"), ("Atlassian", "Bitbucket"),
        ("Forgejo", "Forgejo"), ("Gitea", "Gitea"), ("GitLab", "GitLab"), ("Gogs", "Gogs"),
    ]

    /// Words in the lines about requests of forges.
    static var agentNames: [String] { agents.map(\.agent) }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Parses the last time like `[30/Nov/2026:14:40:13 +0000]` in `line`. The name of the user before the time may be any text: nginx
    /// does not verify the name.
    static func time(in line: Substring) -> Date? {
        guard let open = line.lastIndex(of: "["), let close = line[open...].firstIndex(of: "]") else { return nil }
        let words = line[line.index(after: open)..<close].split { "/: ".contains($0) }
        guard words.count == 7, let month = months.firstIndex(of: String(words[1])), let offset = Int(words[6]),
            (-9999...9999).contains(offset)
        else { return nil }
        let numbers = [words[0], words[2], words[3], words[4], words[5]].compactMap { Int32($0) }
        guard numbers.count == 5, numbers.allSatisfy({ (0..<10_000).contains($0) }) else { return nil }
        var parts = tm()
        (parts.tm_mday, parts.tm_mon, parts.tm_year) = (numbers[0], Int32(month), numbers[1] - 1900)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[2], numbers[3], numbers[4])
        return Date(timeIntervalSince1970: TimeInterval(timegm(&parts) - offset / 100 * 3600 - offset % 100 * 60))
    }
}
