import Configuration
import Foundation
import Processes
import Text

/// Has the service use changed files.
struct ServiceUpdate {
    let administration: Administration
    let cancellation: Cancellation

    /// What became of the service.
    enum Result: Equatable {
        case reloaded
        case started
        case stopped
        /// No service runs.
        case absent
    }

    private static let units = [ServiceUnit.current.socket, ServiceUnit.current.service]
    /// Longer than the opening of some clones that hang.
    private static let timeout = Duration.seconds(80)
    private var client: ControlClient { ControlClient(state: administration.state) }

    /// Has the running service read the files again. Starts a service that could not run without a site.
    ///
    /// - Parameter isFirstSite: whether there was no site before.
    /// - Throws: an error if the service has not taken over the site `name`.
    func add(_ name: String, isFirstSite: Bool) throws(CommandError) -> Result {
        guard client.hasService else { return isFirstSite ? try start() : .absent }
        let loaded = try client.reload(within: Self.timeout)
        let mine = loaded.sites.first { $0.name == name }
        guard loaded.isApplied, mine?.state == .loaded else {
            throw ReloadReport(loaded).error(withMistakes: true)
                ?? CommandError(
                    .failure, "the service has not loaded \(name)", hint: "\(ServiceUnit.current.command) check \(name)"
                )
        }
        return .reloaded
    }

    /// Has the service forget a site. Stops a service without a main file and without any site
    /// left: it would keep the last one.
    func remove(isLastSite: Bool) throws(CommandError) -> Result {
        guard client.hasService else { return .absent }
        guard !isLastSite else { return try stop() }
        let loaded = try client.reload(within: Self.timeout)
        guard loaded.isApplied else {
            throw ReloadReport(loaded).error(withMistakes: true)
                ?? CommandError(
                    .failure, "the service has not reloaded", hint: "systemctl reload \(ServiceUnit.current)")
        }
        return .reloaded
    }

    private func start() throws(CommandError) -> Result {
        guard let states = systemd?.states(of: Self.units),
            states.contains(where: { $0.name == Self.units[1] && $0.exists })
        else { return .absent }
        _ = systemctl(["stop", Self.units[1]])
        _ = systemctl(["reset-failed"] + Self.units)
        guard systemctl(["start"] + Self.units) else {
            throw CommandError(
                .failure, "\(Self.units[1]) does not start",
                hint: "journalctl -u \(ServiceUnit.current) -n 20 --no-pager")
        }
        return .started
    }

    private func stop() throws(CommandError) -> Result {
        let states = systemd?.states(of: Self.units) ?? []
        guard states.contains(where: { $0.name == Self.units[1] && $0.isActive }) else {
            throw CommandError(
                .failure, "a bellpull still serves the last site, because it needs one",
                hint: "stop it, or add another site")
        }
        guard systemctl(["stop"] + Self.units) else {
            throw CommandError(
                .failure, "\(Self.units[1]) does not stop", hint: "systemctl stop \(Self.units.joined(separator: " "))")
        }
        return .stopped
    }

    private var systemd: Systemd? { Systemd(environment: administration.source.environment, cancellation) }

    private func systemctl(_ arguments: [String]) -> Bool {
        let command = Program("systemctl", administration.source.environment)?.command(arguments)
        let completion = try? command?.run(until: .now + .seconds(100), cancellation: cancellation)
        return completion?.isSuccess == true
    }
}
