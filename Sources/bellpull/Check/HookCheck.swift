import Text
import Configuration

/// Checks whether deliveries reach Bellpull: tries the public addresses that the files of sites tell, and otherwise the
/// addresses that nginx's files tell.
struct HookCheck {
    /// The sites to check.
    let sites: [SiteSettings]
    /// Whether deliveries may come to the shared hook.
    let hasSharedHook: Bool
    let web: NginxCheck
    let systemd: SystemdCheck

    /// The most public addresses to try.
    private static let limit = 20

    /// - Parameter probe: sends the deliveries; `nil` if curl is not installed.
    func results(_ probe: HookProbe?) -> [CheckResult] {
        let all = publicAddresses
        let tried = Array(all.prefix(Self.limit))
        guard !tried.isEmpty || !web.addresses(hasSharedHook: hasSharedHook).isEmpty else {
            return web.usesSocket ? systemd.nginxResults() : []
        }
        guard let probe else {
            return [
                .warning("nginx", "curl is not installed, so the hook was not tried", hint: "apt-get install curl")
            ]
        }
        let (results, isComplete) = probe.outcome(tried)
        // The address on this machine tells more where the public address does not answer.
        let rest =
            isComplete
            ? web.addresses(
                hasSharedHook: hasSharedHook && !sites.contains { $0.url != nil && $0.secretSource == nil },
                except: Set(sites.filter { $0.url != nil }.map(\.name)))
            : web.addresses(hasSharedHook: hasSharedHook)
        return results + omission(all.count - tried.count) + probe.results(rest)
    }

    /// The addresses that differ. Many sites may share the hook of one host.
    private var publicAddresses: [HookAddress] {
        var seen: Set<String> = []
        return sites.filter { hasSharedHook || $0.secretSource != nil }
            .compactMap { HookAddress($0, mount: web.mount, isRestricted: web.isRestricted) }
            .filter { seen.insert($0.url).inserted }
    }

    private func omission(_ count: Int) -> [CheckResult] {
        count == 0
            ? []
            : [
                .ok(
                    "hook",
                    "\(count) more addresses were not tried; \(ServiceUnit.current.command) check SITE tries one")
            ]
    }
}
