import Configuration
import Deploy
import Fence
import Foundation

extension StepFence {
    /// The socket of `bellpull-step.socket`, which starts a step as another user.
    static func socket(_ environment: [String: String]) -> String? {
        let path = environment["BELLPULL_STEP_SOCKET"] ?? "/run/bellpull/step.sock"
        return access(path, F_OK) == 0 ? path : nil
    }

    /// Creates the surroundings of the steps of all sites of `configuration`.
    init(of configuration: Configuration, _ source: ConfigurationSource, _ state: StateDirectory) {
        self.init(
            sites: configuration.sites.lazy.filter { !$0.steps.isEmpty }.map(\.path),
            others: configuration.sites.lazy.filter { $0.steps.isEmpty }.map(\.path), source, state)
    }

    private init(
        sites: some Sequence<String>, others: some Sequence<String>, _ source: ConfigurationSource,
        _ state: StateDirectory
    ) {
        let environment = source.environment
        let settings = (source.mainFilePath as NSString).deletingLastPathComponent
        let hidden = Self.roots(of: Array(sites) + Array(others)) + [settings, state.path]
        self.init(
            runner: FenceRunner(socket: Self.socket(environment)), hidden: Array(Set(hidden)).sorted(),
            stateFolder: state.path, path: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
    }

    /// Folders of the system, which a step needs.
    private static let system: Set<String> = [
        "/", "/bin", "/dev", "/etc", "/lib", "/lib64", "/opt", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr", "/var",
        "/var/lib", "/var/tmp",
    ]

    /// Returns the folders that hide all sites from a step. A thousand sites are usually in one folder: hiding that one is a
    /// thousand times faster than hiding each.
    private static func roots(of paths: [String]) -> [String] {
        let roots = paths.map { path in
            let parent = (path as NSString).deletingLastPathComponent
            return system.contains(parent) ? path : parent
        }
        return Array(Set(roots))
    }
}

extension SiteSteps {
    /// Creates the steps from the settings of a site.
    init(_ settings: StepSettings) {
        self.init()
        func step(_ step: StepSettings.Step?) -> Step? {
            step.map { Step($0.command, timeout: $0.timeout, isUnfenced: $0.isUnfenced) }
        }
        build = step(settings.build)
        test = step(settings.test)
        after = step(settings.after)
        health = settings.health.map { health in
            let subject: HealthCheck.Subject =
                health.isAddress
                ? .address(health.step.command, status: health.status, text: health.text)
                : .command(
                    Step(health.step.command, timeout: health.step.timeout, isUnfenced: health.step.isUnfenced))
            return HealthCheck(subject, retries: health.retries, timeout: health.step.timeout)
        }
        variables = settings.variables
        readable = settings.readable
        writable = settings.writable
        onNewer = settings.cancelsOnNewer ? .cancel : .finish
    }
}
