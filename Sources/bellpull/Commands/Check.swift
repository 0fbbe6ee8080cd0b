import ArgumentParser
import Configuration
import Deploy
import Foundation
import Git

/// `bellpull check`: finds obstacles to deployments.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds problems that block deployments, and prints a remedy for each.",
        discussion: """
            Checks the configuration, the ledger, each site and its remote, the socket, nginx and systemd, and changes \
            nothing. If run as root, checks the ledger and the sites as the owner of the ledger. Exits with 0 if no \
            error was found, and with 1 otherwise. Warnings do not change the exit status.
            """)

    @Argument(help: "Check only these sites.", completion: .siteNames)
    var sites: [String] = []

    @Option(help: ArgumentHelp("The unix socket between the web server and bellpull", valueName: "path"))
    var socket = "/run/bellpull/bellpull.sock"

    @Option(help: ArgumentHelp("The path of nginx.conf, or of its folder", valueName: "path"))
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

        // Root may read more of the web server's files than Bellpull's user. The other checks run as Bellpull's user.
        let web = NginxCheck(nginx, socket: socket, settings: configuration.configuration)
        let surroundings =
            SocketCheck(socket, webUser: web.user).results() + web.results()
            + (systemd?.results(of: chosen) ?? [])
        let state = StateDirectory(environment: environment)
        try state.becomeOwner(otherwise: systemd?.user)

        let cancellation = Signals.shared.cancellation
        let ledger = LedgerCheck(state)
        let rotation = ledger.ledger.map {
            RotationCheck($0).results(configuration.configuration.secrets, chosen)
        }
        let git = GitCheck().results(.within(.seconds(20), cancellation: cancellation))
        let sites = ledger.isForeign ? [] : SiteCheck.results(of: chosen, cancellation)
        guard !cancellation.isCancelled else {
            throw CommandError(.failure, "the check was interrupted", hint: "bellpull check SITE checks a single site")
        }
        return configuration.results() + git + ledger.results + unknown + sites + (rotation ?? []) + surroundings
    }

    private func source(_ environment: [String: String], _ systemd: SystemdCheck?) -> ConfigurationSource {
        var source = ConfigurationSource(mainFile: options.configuration.config, environment: environment)
        if environment["CREDENTIALS_DIRECTORY"] == nil { source.unseenCredentials = systemd?.credentials ?? [] }
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
