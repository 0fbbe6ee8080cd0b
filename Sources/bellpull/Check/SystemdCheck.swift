import Configuration
import Foundation
import Text

/// Checks the service and its socket in systemd: their files, and, where systemd runs, what is in force.
struct SystemdCheck {
    /// The files of the unit; `nil` if no file is readable.
    let unit: SystemdUnit?
    /// The running systemd; `nil` if there is none to ask.
    private let systemd: Systemd?
    /// The states before the check. A connection to the socket starts a service that has failed, so that the service may be
    /// starting when the check asks again.
    private let before: [UnitState]

    private static let (service, socket) = (ServiceUnit.current.service, ServiceUnit.current.socket)

    init(_ unit: SystemdUnit?, _ systemd: Systemd?) {
        self.unit = unit
        self.systemd = systemd
        before = systemd?.states(of: [Self.service, Self.socket]) ?? []
    }

    /// The user of the service, if the unit names a user.
    var user: String? { unit?.value("User") }

    /// The names of the service's credentials (systemd.exec(5)).
    var credentials: Set<String> {
        let keys = ["LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted"]
        return Set(keys.flatMap { unit?.words($0) ?? [] }.map { word in String(word.prefix { $0 != ":" }) })
    }

    /// Returns an error if systemd knows nginx, and nginx does not run.
    func nginxResults() -> [CheckResult] {
        let nginx = systemd?.states(of: ["nginx.service"])?.first { $0.exists }
        guard let nginx, !nginx.isActive else { return [] }
        return [
            .error("nginx", "nginx.service is stopped", hint: "nginx -t && systemctl restart nginx")
        ]
    }

    /// What systemd says about the units.
    private enum Answer {
        /// There is no running systemd to ask.
        case notAsked
        /// systemd does not answer.
        case none
        /// The states of the units that systemd knows.
        case states([UnitState])
    }

    private var answer: Answer {
        guard let systemd else { return .notAsked }
        guard let states = systemd.states(of: [Self.service, Self.socket]) else { return .none }
        return .states(states.filter(\.exists))
    }

    /// - Parameter drain: how long running deployments may take to finish when the service stops.
    func results(of sites: [SiteSettings], drain: Duration) -> [CheckResult] {
        switch answer {
        case .notAsked: return results(of: sites, nil, drain)
        case .none:
            let unanswered = CheckResult.warning(
                "systemd", "systemctl show does not answer, so the service was not checked",
                hint: "systemctl status \(Self.service) \(Self.socket) --no-pager")
            return [unanswered] + results(of: sites, nil, drain)
        case .states(let known):
            let earlier = before.first { $0.name == Self.service }
            let service = known.first { $0.name == Self.service }.map { $0.isUnsettled ? earlier ?? $0 : $0 }
            let socket = known.first { $0.name == Self.socket }
            let running = service.map { ServiceCheck(service: $0, socket: socket).results } ?? []
            return running + results(of: sites, service, drain)
        }
    }

    private func results(of sites: [SiteSettings], _ state: UnitState?, _ drain: Duration) -> [CheckResult] {
        let mounts = state?.process.flatMap { MountTable(of: $0) }
        let sandbox = SandboxCheck(files: unit, state: state, mounts: mounts)
        let found = [account, stop(state, drain)].compactMap(\.self)
        return found + sandbox.results(of: sites).filter { found.isEmpty || $0.severity != .ok }
    }

    /// An error if the service's user does not exist.
    private var account: CheckResult? {
        guard let user, Account(user) == nil, unit?.value("DynamicUser") ?? "no" == "no" else { return nil }
        return .error(
            "systemd", "\(ServiceUnit.current.service) runs as \(user), but the user \(user) does not exist",
            hint: "useradd --system --home-dir /var/lib/bellpull --shell /usr/sbin/nologin \(user)")
    }

    /// A warning if systemd kills the service before the running deployments may finish.
    private func stop(_ state: UnitState?, _ drain: Duration) -> CheckResult? {
        let text = state?.value("TimeoutStopUSec") ?? unit?.value("TimeoutStopSec")
        guard let text, let limit = SystemdTime.span(text), limit <= drain else { return nil }
        let needed = Int(drain / .seconds(1)) + 5
        return .warning(
            "systemd",
            "drain is \(drain.spoken), but systemd kills \(ServiceUnit.current.service) after \(text) (TimeoutStopSec)",
            hint: DropIn.command(
                ["[Service]", "TimeoutStopSec=\(needed)s"], to: ServiceUnit.current.service, named: "stop",
                then: "systemctl daemon-reload"))
    }
}
