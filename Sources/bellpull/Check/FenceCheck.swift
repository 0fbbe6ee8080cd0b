import Configuration
import Deploy
import Fence
import Foundation
import Text

/// Checks what keeps the steps of sites to their site.
struct FenceCheck {
    private let sites: [SiteSettings]
    private let status: FenceStatus
    /// The files of the unit that runs a step as another user; `nil` without that unit.
    private let unit: SystemdUnit?
    /// Whether both units are installed, with or without a socket.
    private let hasUnits: Bool
    private let environment: [String: String]

    /// Looks at the layers of the fence, as Bellpull's user.
    ///
    /// - Parameter sites: the sites to check. Sites without steps are left out.
    init(_ sites: [SiteSettings], environment: [String: String]) {
        self.sites = sites.filter { !$0.steps.isEmpty }
        self.environment = environment
        let socket = self.sites.isEmpty ? nil : StepFence.socket(environment)
        status = FenceStatus.probe(socket: socket, folders: self.sites.filter { !$0.steps.fenced.isEmpty }.map(\.path))
        let units = ["bellpull-step@.service", "bellpull-step.socket"].map { SystemdUnit($0, environment: environment) }
        hasUnits = units.allSatisfy { $0 != nil }
        unit = socket == nil ? nil : units[0]
    }

    func results() -> [CheckResult] {
        guard !sites.isEmpty else { return [] }
        let fenced = sites.filter { !$0.steps.fenced.isEmpty }
        return (fenced.isEmpty ? [] : layers(of: fenced)) + sites.compactMap(unfenced) + sites.compactMap(access)
            + sites.compactMap(entrance) + sites.flatMap(missing)
    }

    private func layers(of fenced: [SiteSettings]) -> [CheckResult] {
        if let problem = status.socketProblem {
            return [.error("steps", "steps cannot be run as another user: \(problem.message)", hint: problem.hint)]
        }
        guard status.landlock > 0 else {
            let names = fenced.prefix(5).map(\.name).joined(separator: ", ")
            return [
                .error(
                    "steps", "the kernel has no Landlock, so the steps of \(names) are refused",
                    hint: "boot Linux 5.13 or later with landlock in lsm=, or name the steps in unfenced")
            ]
        }
        guard !status.hasOtherUser else {
            return [.ok("steps", "steps run as another user, behind Landlock \(status.landlock)")]
        }
        return [
            .warning(
                "steps",
                "steps run as \(ServiceUser.current.name) itself, behind Landlock \(status.landlock) alone: a step can "
                    + status.unstopped.joined(separator: "; "),
                hint: installation)
        ]
    }

    /// The commands of the README that let steps run as another user.
    private var installation: String {
        let user = "adduser --system --group --no-create-home --home /nonexistent bellpull-step"
        let files = "install -m 644 systemd/bellpull-step.socket systemd/bellpull-step@.service /etc/systemd/system/"
        guard ServiceUnit.current.instance == nil else {
            return
                "run only steps of people whom you trust: the units of bellpull-step work for the user bellpull alone"
        }
        let start = "systemctl enable --now bellpull-step.socket && systemctl restart \(ServiceUnit.current)"
        guard !hasUnits else { return "\(user) && \(start)" }
        return "\(user) && \(files) && systemctl daemon-reload && \(start)  # in the folder with Bellpull's sources"
    }

    private func unfenced(_ site: SiteSettings) -> CheckResult? {
        let names = SiteSteps(site.steps).unfenced.map(\.rawValue)
        guard !names.isEmpty else { return nil }
        return .warning(
            site.name,
            "\(names.joined(separator: " and ")) \(names.count == 1 ? "runs" : "run") without the fence: whoever can push acts as bellpull",
            hint: "remove unfenced, or let the step run only files that the administrator wrote")
    }

    /// What the steps need of the system: a step whose fence cannot be built fails.
    private func missing(_ site: SiteSettings) -> [CheckResult] {
        let steps = site.steps
        let paths = [("allow_read", steps.readable), ("allow_write", steps.writable)].flatMap { key, paths in
            paths.filter { Foundation.access($0, F_OK) != 0 && errno == ENOENT }.map { path in
                CheckResult.error(
                    site.name, "\(key) names \(path.escapedForDisplay), which does not exist, so the steps fail",
                    hint: "create it, or remove it from \(key) in \(site.place)")
            }
        }
        guard steps.health?.isAddress == true, Program("curl", environment) == nil else { return paths }
        return paths + [
            .error(site.name, "health needs curl, which is not installed", hint: "apt-get install curl")
        ]
    }

    /// The step's user must get through to the releases.
    private func entrance(_ site: SiteSettings) -> CheckResult? {
        guard access(site) == nil, let problem = status.closed[site.path] else { return nil }
        return .error(site.name, problem.message, hint: problem.hint)
    }

    /// The sandbox of the unit must let a step write to its site.
    private func access(_ site: SiteSettings) -> CheckResult? {
        let path = URL(fileURLWithPath: site.path).resolvingSymlinksInPath().path
        guard let access = unit?.access(to: path), access != .writable, !site.steps.fenced.isEmpty else { return nil }
        let home = access == .hidden ? ["ProtectHome=no"] : []
        return .error(
            site.name, "bellpull-step@.service does not let a step write to \(site.path)",
            hint: DropIn.command(
                ["[Service]"] + home + ["ReadWritePaths=\(DropIn.word(path))"], to: "bellpull-step@.service",
                named: site.name, then: "systemctl daemon-reload"))
    }
}

extension StepSettings {
    /// The names of the steps that run behind the fence. An address is no command.
    var fenced: [String] {
        let health = health.flatMap { $0.isAddress ? nil : $0.step }
        let all: [(String, Step?)] = [("build", build), ("test", test), ("health", health), ("after", after)]
        return all.compactMap { $1?.isUnfenced == false ? $0 : nil }
    }
}
