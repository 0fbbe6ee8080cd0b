import ArgumentParser
import Configuration
import Deploy
import Foundation
import Git

/// `bellpull check`: finds what would keep a push from being deployed.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds what would keep a push from being deployed, and says what to do about it.",
        discussion: """
            Looks at the configuration, the ledger, each site and its remote, the socket, nginx and systemd, and changes \
            nothing. Run as root it looks as the user to whom the ledger belongs. Ends with status 0 if nothing would \
            fail, and with 1 if something would.
            """)

    @Argument(help: "Only these sites.")
    var sites: [String] = []

    @Option(help: ArgumentHelp("The socket that the web server connects to.", valueName: "path"))
    var socket = "/run/bellpull/bellpull.sock"

    @Option(help: ArgumentHelp("nginx.conf, or the folder it is in.", valueName: "path"))
    var nginx = "/etc/nginx"

    @OptionGroup var options: CommonOptions

    func run() throws {
        let results = try results()
        if options.json {
            try Printer.print(json: results)
        } else {
            Printer.print(CheckResultLines(results, on: .current).lines)
        }
        if results.contains(where: { $0.severity == .error }) { throw ExitCode.failure }
    }

    private func results() throws(CommandError) -> [CheckResult] {
        let environment = ProcessInfo.processInfo.environment
        let systemd = SystemdUnit("bellpull.service", environment: environment).map(SystemdCheck.init)
        let configuration = ConfigurationCheck(source(environment, systemd))
        let (chosen, unknown) = choose(configuration.configuration.sites)

        // Of the web server root may see more than Bellpull's user does; all else has to work for the latter.
        let web = NginxCheck(nginx, socket: socket, settings: configuration.configuration)
        let surroundings =
            SocketCheck(socket, webUser: web.user).results() + web.results()
            + (systemd?.results(of: chosen) ?? [])
        let state = StateDirectory(environment: environment)
        try state.becomeOwner(otherwise: systemd?.user)

        let cancellation = Signals.cancellation()
        let ledger = LedgerCheck(state)
        let rotation = ledger.ledger.map {
            RotationCheck($0).results(configuration.configuration.secrets, chosen)
        }
        let git = GitCheck().results(.within(.seconds(20), cancellation: cancellation))
        let sites = ledger.isForeign ? [] : SiteCheck.results(of: chosen, cancellation)
        guard !cancellation.isCancelled else {
            throw CommandError(.failure, "the check was cut short", hint: "bellpull check SITE looks at one site alone")
        }
        return configuration.results() + git + ledger.results + unknown + sites + (rotation ?? []) + surroundings
    }

    private func source(_ environment: [String: String], _ systemd: SystemdCheck?) -> ConfigurationSource {
        var source = ConfigurationSource(mainFile: options.configuration.config, environment: environment)
        if environment["CREDENTIALS_DIRECTORY"] == nil { source.unseenCredentials = systemd?.credentials ?? [] }
        return source
    }

    /// The sites that were asked for, and what there is to say of those that are not there.
    private func choose(_ known: [SiteSettings]) -> ([SiteSettings], [CheckResult]) {
        guard !sites.isEmpty else { return (known, []) }
        let unknown = sites.filter { name in !known.contains { $0.name == name } }
        let names = known.prefix(20).map(\.name).joined(separator: ", ")
        return (
            known.filter { sites.contains($0.name) },
            unknown.map { .error($0, "there is no site \($0) that could be used", hint: "the sites are: \(names)") }
        )
    }
}
