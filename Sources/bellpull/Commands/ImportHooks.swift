import ArgumentParser
import Configuration
import Foundation
import Processes
import Text

/// `bellpull import`: turns the hooks of adnanh/webhook into sites.
struct ImportHooks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Turns the hooks of adnanh/webhook into files of sites.",
        discussion: """
            Reads FILE, a hooks.json or hooks.yaml, and prints for each hook the file of a site, what was taken over, and \
            what was not. Takes over the secret, the branch or tag, the repository and the folder. What the hook's script \
            ran is named, so that you can put it into after or build. A hook whose site bellpull check would refuse is not \
            taken over, and the reason is printed. Changes nothing without --write.

            With --write, writes the files of the sites and of their secrets, and overwrites none. Then check them with \
            bellpull check, and load them with systemctl reload bellpull. YAML needs the package python3-yaml. Exits with \
            1 if no hook could be taken over.

            Examples:
              bellpull import /etc/webhook.conf
              bellpull import hooks.yaml --write
            """)

    @Argument(help: "The hooks.json or hooks.yaml.", completion: .file())
    var file: String

    @Flag(help: "Write the files. Needs root.")
    var write = false

    @OptionGroup var options: CommonOptions

    func run() throws {
        let hooksFile = try HooksFile(at: file, Signals.shared.cancellation)
        let administration = try write ? Administration(options.configuration) : nil
        if !write { assumeServiceUser() }
        let main = ConfigurationSource(
            mainFile: options.configuration.config, environment: ProcessInfo.processInfo.environment
        ).mainFilePath
        let folder =
            administration?.folder
            ?? (URL(fileURLWithPath: main).standardized.path as NSString).deletingLastPathComponent
        let source =
            administration?.source
            ?? ConfigurationSource(
                mainFile: options.configuration.config, environment: ProcessInfo.processInfo.environment)
        let hooks = HookReview(source, sandbox(source)).reviewed(
            hooksFile.hooks.map { ImportedHook($0, folder: folder) })
        if options.json {
            try Printer.print(json: hooks)
        } else {
            Printer.print(hooks.flatMap { $0.lines(.current) })
        }
        guard hooks.contains(where: { $0.text != nil }) else {
            throw CommandError(
                .failure, "no hook of \(file.escapedForDisplay) could be taken over",
                hint: "\(ServiceUnit.current.command) add OWNER/NAME  # adds a site")
        }
        guard let administration else { return }
        let written = try AdministrationLock.hold(administration) {
            try HookWriter(administration: $0).write(hooks)
        }
        let others = hooks.count(where: { $0.text == nil })
        LogWriter.standardError.write(
            "bellpull: wrote \(written) site\(written == 1 ? "" : "s")"
                + (others == 0 ? "" : "; could not take over \(others) hook\(others == 1 ? "" : "s")")
                + "; next: what is left above, \(ServiceUnit.current.command) check, and systemctl reload \(ServiceUnit.current)\n"
        )
    }

    /// The sandbox of the service, which may keep a folder from it.
    private func sandbox(_ source: ConfigurationSource) -> SandboxCheck {
        let unit = ServiceUnit.current.service
        let state = Systemd(environment: source.environment, Signals.shared.cancellation)?.states(of: [unit])?
            .first { $0.exists }
        return SandboxCheck(
            files: SystemdUnit(unit, environment: source.environment), state: state,
            mounts: state?.process.flatMap { MountTable(of: $0) })
    }

    /// Remedies name the user who deploys, and not the person who reads them.
    private func assumeServiceUser() {
        let environment = ProcessInfo.processInfo.environment
        let unit = SystemdUnit(ServiceUnit.current.service, environment: environment)?.value("User")
        let state = StateDirectory(environment: environment)
        let owner = geteuid() == 0 ? state.owner : state.otherOwner
        if let user = owner ?? unit.flatMap({ UserIdentity(named: $0)?.user }) { ServiceUser.deploys(as: user) }
    }
}
