import Configuration
import Deploy
import Foundation
import Git
import Processes
import Webhook

/// A site with receivers of notices.
struct NoticeTarget: Sendable {
    /// The name of the site.
    let name: String
    let settings: NoticeSettings
    /// The public address of the site; `nil` if unknown.
    let url: String?
    /// Returns the repository in the forge's spelling; `nil` if only a clone knows it, before the clone is opened.
    let repository: @Sendable () -> String?
    /// The forge in the configuration.
    let forge: ForgeName?
    /// The URL of the remote in the configuration.
    private let remote: String?
    /// The repository on this machine. It knows the remote if the configuration does not.
    private let folder: String

    /// Creates the target for a site; `nil` if the site tells nobody anything.
    init?(_ site: Site, _ settings: SiteSettings) {
        guard !settings.notices.isEmpty else { return nil }
        self.init(settings) { site.repository?.description }
    }

    init(_ settings: SiteSettings, repository: @escaping @Sendable () -> String?) {
        name = settings.name
        self.settings = settings.notices
        url = settings.url.map { $0.origin + $0.path }
        self.repository = repository
        forge = settings.forge
        remote = settings.release?.remote
        folder = settings.strategy == .release ? "\(settings.path)/repository.git" : settings.path
    }

    /// The names of the status at the forge.
    var context: String { "bellpull/\(name)" }

    /// Returns the forge's interface for statuses; `nil` for an unknown forge. May run git.
    func statusAPI(environment: [String: String], _ cancellation: Cancellation) -> StatusAPI? {
        let remote = remoteHost(environment, cancellation)
        let api = settings.status?.api
        let hosts = [remote, api.flatMap { SiteURL($0)?.host }].compactMap(\.self)
        guard let forge = forge ?? hosts.lazy.compactMap(ForgeName.init(host:)).first else { return nil }
        return StatusAPI(forge, host: remote, base: api)
    }

    private func remoteHost(_ environment: [String: String], _ cancellation: Cancellation) -> String? {
        guard let text = remote ?? remoteOfRepository(environment, cancellation) else { return nil }
        let url = RemoteURL(text)
        guard !url.host.isEmpty else { return nil }
        let host = url.host.contains(":") ? "[\(url.host)]" : Self.hosts[url.host.lowercased()] ?? url.host
        return url.transport == .http ? host + (url.port.map { ":\($0)" } ?? "") : host
    }

    /// The forges with another host for ssh on port 443.
    private static let hosts = [
        "ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com", "altssh.bitbucket.org": "bitbucket.org",
    ]

    private func remoteOfRepository(_ environment: [String: String], _ cancellation: Cancellation) -> String? {
        guard let git = Program("git", environment) else { return nil }
        let command = git.command(["-C", folder, "config", "--get-regexp", #"^remote\..*\.url$"#])
        let completion = try? command.run(until: .now + .seconds(10), cancellation: cancellation)
        let lines = completion?.output.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix("remote.origin.") } ?? lines.first
        return line?.split(separator: " ", maxSplits: 1).last.map(String.init)
    }
}
