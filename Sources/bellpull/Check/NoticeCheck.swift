import Configuration
import Foundation
import Text
import Webhook

/// Checks what notices need of the system. Nothing here blocks a deployment.
struct NoticeCheck {
    private let sites: [SiteSettings]
    private let environment: [String: String]

    /// - Parameter sites: the sites to check. Sites without notices are left out.
    init(_ sites: [SiteSettings], environment: [String: String]) {
        self.sites = sites.filter { !$0.notices.isEmpty }
        self.environment = environment
    }

    func results() -> [CheckResult] {
        sites.flatMap { [program($0), forge($0)].compactMap(\.self) + missing($0) }
            + [landlock, curl].compactMap(\.self)
    }

    private func program(_ site: SiteSettings) -> CheckResult? {
        guard let path = site.notices.program.first, let fault = NoticeProgram.fault(of: path) else { return nil }
        let word = path.quotedForShell
        return .warning(
            site.name, "nobody is told of failed deployments: \(path.escapedForDisplay) of notify \(fault)",
            hint: fault == "is not executable"
                ? "chmod 755 \(word)" : "install the program, or correct notify in \(site.place)")
    }

    private func missing(_ site: SiteSettings) -> [CheckResult] {
        site.notices.readable.filter { access($0, F_OK) != 0 }.map { path in
            .warning(
                site.name, "notify_read names \(path.escapedForDisplay), which does not exist",
                hint: "create it, or correct notify_read in \(site.place)")
        }
    }

    /// A warning about a forge that only the clone could tell, and that its host does not name.
    private func forge(_ site: SiteSettings) -> CheckResult? {
        guard site.notices.status != nil else { return nil }
        let target = NoticeTarget(site) { nil }
        guard target.statusAPI(environment: environment, Signals.shared.cancellation) == nil else { return nil }
        return .warning(
            site.name, "no commit status is set: the host of the remote does not tell the forge",
            hint:
                "write forge = \"gitea\", or the like, in \(site.place); and status_api if ssh knows the host by an alias"
        )
    }

    private var landlock: CheckResult? {
        guard !NoticeProgram.hasLandlock, sites.contains(where: { !$0.notices.program.isEmpty }) else { return nil }
        return .warning(
            "notify", "the kernel has no Landlock, so the programs of notify run without a fence",
            hint: "boot Linux 5.13 or later with landlock in lsm=")
    }

    private var curl: CheckResult? {
        let needsCurl = sites.contains { $0.notices.webhook != nil || $0.notices.status != nil }
        guard needsCurl, Program("curl", environment) == nil else { return nil }
        return .warning(
            "notify", "webhooks and commit statuses are not sent: curl is not installed", hint: "apt install curl")
    }
}
