import ArgumentParser
import Configuration
import Deploy
import Foundation
import Git
import Processes
import Text

/// `bellpull add`: adds a site.
struct AddSite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a site: its clone, its secret, its deploy key and its file.",
        discussion: """
            REPOSITORY is OWNER/NAME for a repository on github.com, HOST/OWNER/NAME for one elsewhere, or any URL over \
            https or ssh. Run the command as root. It asks the remote for the default branch, clones as the user who \
            deploys, writes the site's file, reloads the service, and prints what to enter into the forge's form for \
            webhooks and into the web server's configuration.

            If the repository is private, bellpull makes a deploy key, prints it and exits with 1. Enter the key at the \
            forge, and run the same command again. The host keys of github.com, gitlab.com, bitbucket.org and \
            codeberg.org are known; for another host bellpull shows the fingerprint, and --host-key accepts it.

            A site that cannot be added leaves nothing behind, except for a deploy key that was printed. A clone of the \
            repository that is in the folder already becomes the site's clone.

            Examples:
              bellpull add alice/blog
              bellpull add alice/blog --url https://blog.example.com --strategy release --wait
              bellpull add git@codeberg.org:alice/shop.git --path /srv/shop --branch main
              bellpull add https://git.example.org/team/web/docs.git --name docs --tag 'v*'
            """)

    @Argument(help: "OWNER/NAME, HOST/OWNER/NAME, or a URL over https or ssh.")
    var repository: String

    @Option(help: ArgumentHelp("The name of the site (default: the repository's)", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("The folder of the site (default: /srv/NAME)", valueName: "path"))
    var path: String?

    @Option(
        help: ArgumentHelp(
            "The branch, or a pattern such as 'release/*' (default: the remote's default branch)", valueName: "branch"))
    var branch: String?

    @Option(help: ArgumentHelp("Follow this tag, or a pattern such as 'v*', in place of a branch.", valueName: "tag"))
    var tag: String?

    @Option(
        help: ArgumentHelp(
            "pull, mirror or release (default: pull for a branch, mirror for anything else)", valueName: "strategy"))
    var strategy: StrategyName?

    @Option(help: ArgumentHelp("The public address of the site, such as https://blog.example.com.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "The file of the webhook's secret, made if it is missing (default: NAME.secret beside the main file)",
            valueName: "path"))
    var secretFile: String?

    @Option(
        name: .customLong("repository"),
        help: ArgumentHelp(
            "The repository's name as the forge writes it, if the URL does not tell.", valueName: "owner/name"))
    var forgeName: String?

    @Option(help: ArgumentHelp("Trust the remote's ssh host key with this fingerprint.", valueName: "fingerprint"))
    var hostKey: String?

    @Flag(help: "Wait until the forge's first delivery arrives, and say what is wrong with it.")
    var wait = false

    @Option(help: ArgumentHelp("How long --wait waits, such as 90s or 5m (default: 10m)", valueName: "time"))
    var within: String?

    @OptionGroup var webServer: WebServerOptions

    @OptionGroup var options: CommonOptions

    func run() throws {
        let cancellation = Signals.shared.cancellation
        // The service has no agent, and no command for ssh from a person's shell.
        for name in ["SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSH"] { unsetenv(name) }
        let time = try waitingTime()
        let request = try SiteRequest(words)
        let administration = try Administration(options.configuration)
        let watch = try wait ? startWatching(administration) : nil
        let added: AddedSite
        do {
            added = try AdministrationLock.hold(administration) { try add(request, $0, cancellation) }
        } catch let missing as RemoteAccess.MissingKey {
            try askForKey(missing, request)
            throw ExitCode.failure
        }
        guard wait else { return }
        try SiteWait(added, watch, ControlClient(state: administration.state), isQuiet: options.json).run(
            time, within ?? Self.defaultTime, cancellation)
    }

    /// How long `--wait` waits.
    private static let defaultTime = "10m"

    private var words: SiteRequest.Words {
        SiteRequest.Words(
            repository: repository, name: name, path: path, branch: branch, tag: tag, strategy: strategy, url: url,
            secretFile: secretFile, forgeName: forgeName, hostKey: hostKey)
    }

    private func waitingTime() throws(CommandError) -> Duration {
        let within = within ?? Self.defaultTime
        guard let time = Duration(setting: within), time > .zero else {
            throw CommandError(
                .usage, "--within is not a valid duration: \(within.escapedForDisplay)",
                hint: "--within 90s, or --within 5m")
        }
        return time
    }

    /// Watches before the instructions are printed, so that no delivery is missed. A service that is not running is started
    /// later, and then watched.
    private func startWatching(_ administration: Administration) throws(CommandError) -> DeliveryWatch? {
        let client = ControlClient(state: administration.state)
        return client.hasService ? try DeliveryWatch(client) : nil
    }

    private func add(
        _ request: SiteRequest, _ administration: Administration, _ cancellation: Cancellation
    ) throws -> AddedSite {
        let addition = SiteAddition(
            request: request, administration: administration, cancellation: cancellation, transcript: transcript)
        if let present = try PresentSite(request, administration) {
            if try addition.makeMissingClone(of: present.settings) {
                LogWriter.standardError.write("bellpull: cloned \(request.repository) to \(present.settings.path)\n")
            }
            return try report(
                present.settings, .present, present.remote, present.key, present.secretFile, administration)
        }
        let result = try addition.run()
        let isFirst = administration.configuration.sites.isEmpty
        let completion = SiteCompletion(
            administration: administration, cancellation: cancellation, isQuiet: options.json)
        let problems = completion.run(result.draft.settings, isFirstSite: isFirst, options.configuration.config)
        let added = try report(
            result.draft.settings, .added, result.remote, result.key, result.secretFile, administration)
        guard problems.isEmpty else { throw CommandError(.failure, problems) }
        return added
    }

    private var transcript: Transcript {
        let isTerminal = isatty(STDERR_FILENO) == 1
        return Transcript(showsProgress: isTerminal) {
            if isTerminal { try? FileHandle.standardError.write(contentsOf: $0) }
        }
    }

    private func report(
        _ settings: SiteSettings, _ state: AddedSite.State, _ remote: String?, _ key: DeployKey?, _ secretFile: String?,
        _ administration: Administration
    ) throws -> AddedSite {
        let web = WebServerAdvice(
            for: settings, nginx: webServer.nginxPath, socket: webServer.socketPath,
            environment: administration.source.environment)
        let added = AddedSite(state, settings, remote: remote, key: key, secretFile: secretFile, web: web)
        if options.json { try Printer.print(json: added) } else { Printer.print(added.lines(.current, web)) }
        return added
    }

    private func askForKey(_ missing: RemoteAccess.MissingKey, _ request: SiteRequest) throws {
        let site = AddedSite(missing, request)
        let command = ShellCommand(words: ["bellpull"] + CommandLine.arguments.dropFirst())
        LogWriter.standardError.write("bellpull: error: \(request.repository) cannot be read yet: \(missing.problem)\n")
        if options.json {
            try Printer.print(json: site)
        } else {
            Printer.print(site.keyLines(.current, command: "\(command)"))
        }
    }
}

extension StrategyName: ExpressibleByArgument {}
