import ArgumentParser
import Configuration
import Deploy
import Foundation
import Git
import Processes
import Text

/// `bellpull check`: finds obstacles to deployments.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds problems that block deployments, and prints a remedy for each.",
        discussion: """
            Checks the configuration, the ledger, each site and its remote, the socket, nginx and systemd, and changes \
            nothing. Sends an unsigned delivery to each hook, which Bellpull rejects. If run as root, checks the ledger and \
            the sites as the owner of the ledger. Exits with 0 if no error was found, and with 1 otherwise. Warnings do not \
            change the exit status.
            """)

    @Argument(help: "Check only these sites.", completion: .siteNames)
    var sites: [String] = []

    @OptionGroup var webServer: WebServerOptions

    @Flag(help: "Look only at files: without the network, git, systemd and the socket. Takes milliseconds.")
    var offline = false

    @Flag(help: "Look only at the configuration files, as the service reads them. Takes milliseconds.")
    var configurationOnly = false

    @OptionGroup var options: CommonOptions

    func validate() throws {
        guard !configurationOnly || sites.isEmpty else {
            throw ValidationError("--configuration-only takes no site: the files of all sites are read together")
        }
    }

    func run() throws {
        let results = try configurationOnly ? configurationResults() : results()
        if options.json {
            try Printer.print(json: results)
        } else {
            Printer.print(CheckResultLines(results, on: .current).lines)
        }
        if results.contains(where: { $0.severity == .error }) { throw ExitCode.failure }
    }

    private func results() throws(CommandError) -> [CheckResult] {
        let environment = ProcessInfo.processInfo.environment
        let cancellation = Signals.shared.cancellation
        let unit = SystemdUnit(ServiceUnit.current.service, environment: environment)
        let running = offline ? nil : Systemd(environment: environment, cancellation)
        let systemd = SystemdCheck(unit, running)
        let configuration = ConfigurationCheck(source(environment, systemd))
        let (chosen, unknown) = choose(configuration.configuration.sites)

        // Root may read more of the web server's files than Bellpull's user. The other checks run as Bellpull's user.
        let web = NginxCheck(
            webServer.nginxPath, socket: webServer.socketPath, settings: configuration.configuration,
            NginxCheck.Presence(isNamed: webServer.nginx != nil, environment: environment))
        let isSocketExpected = webServer.socket != nil || web.usesSocket || unit != nil
        let door =
            offline
            ? [] : SocketCheck(webServer.socketPath, webUser: web.user, isExpected: isSocketExpected).results()
        let webResults = web.results()
        let state = StateDirectory(environment: environment)
        try state.becomeOwner(otherwise: systemd.user)
        let reading = configuration.readAsService()

        let rest =
            offline
            ? prechecks(of: chosen, state)
            : online(state, configuration, chosen, cancellation)
        let hooks = HookCheck(
            sites: chosen, hasSharedHook: configuration.hasSharedHook, web: web, systemd: systemd)
        let fence = offline ? [] : FenceCheck(chosen, environment: environment).results()
        let notices = offline ? [] : NoticeCheck(chosen, environment: environment).results()
        let hookResults = offline ? [] : hooks.results(HookProbe(environment: environment, cancellation))
        let service = systemd.results(of: chosen, drain: configuration.configuration.drain)
        guard !cancellation.isCancelled else {
            throw CommandError(
                .failure, "the check was interrupted",
                hint: "\(ServiceUnit.current.command) check SITE checks a single site")
        }
        let differences = offline ? [] : configuration.differences(reading, sites, state, unit)
        return configuration.results(reading) + differences + unknown + rest + fence + notices + door + webResults
            + hookResults + service
    }

    /// Returns the mistakes of the configuration files, as this user and the service's user read them.
    private func configurationResults() throws(CommandError) -> [CheckResult] {
        let environment = ProcessInfo.processInfo.environment
        let systemd = SystemdCheck(SystemdUnit(ServiceUnit.current.service, environment: environment), nil)
        let configuration = ConfigurationCheck(source(environment, systemd))
        try StateDirectory(environment: environment).becomeOwner(otherwise: systemd.user)
        return configuration.results(configuration.readAsService())
    }

    /// Returns what the files of the sites tell. Another user than the service's would take all clones for foreign.
    private func prechecks(of chosen: [SiteSettings], _ state: StateDirectory) -> [CheckResult] {
        guard state.otherOwner != nil else { return chosen.compactMap(SiteCheck.precheck) }
        let user = ServiceUser.current.name
        return [
            .warning(
                "ledger", "\(user) deploys the sites, so they were not checked for \(NSUserName())",
                hint: "run \(ServiceUnit.current.command) check as root or as \(user)")
        ]
    }

    /// Returns the results of git, the ledger and the sites.
    private func online(
        _ state: StateDirectory, _ configuration: ConfigurationCheck, _ chosen: [SiteSettings],
        _ cancellation: Cancellation
    ) -> [CheckResult] {
        let ledger = LedgerCheck(state)
        let rotation = ledger.ledger.map {
            RotationCheck($0).results(configuration.configuration.secrets, chosen)
        }
        let git = GitCheck().results(.within(.seconds(20), cancellation: cancellation))
        let sites = ledger.isForeign ? [] : SiteCheck.results(of: chosen, ledger.ledger, cancellation)
        return git + ledger.results + sites + (rotation ?? [])
    }

    private func source(_ environment: [String: String], _ systemd: SystemdCheck) -> ConfigurationSource {
        var source = ConfigurationSource(mainFile: options.configuration.config, environment: environment)
        if environment["CREDENTIALS_DIRECTORY"] == nil { source.unseenCredentials = systemd.credentials }
        return source
    }

    /// Returns the sites to check, and an error for each requested site without a configuration.
    private func choose(_ known: [SiteSettings]) -> ([SiteSettings], [CheckResult]) {
        guard !sites.isEmpty else { return (known, []) }
        let unknown = sites.filter { name in !known.contains { $0.name == name } }
        let names = known.prefix(20).map(\.name).joined(separator: ", ")
        return (
            known.filter { sites.contains($0.name) },
            unknown.map { .error($0, "site \($0) is not configured", hint: "configured sites: \(names)") }
        )
    }
}
