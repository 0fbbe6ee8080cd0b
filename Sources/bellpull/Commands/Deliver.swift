import ArgumentParser
import Configuration
import Deploy
import Foundation
import Git
import Processes
import Text
import Webhook

/// `bellpull deliver`: sends a signed delivery through the web server, as the forge would.
struct Deliver: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends a signed delivery to a site's hook, as the forge would, and shows the answer.",
        discussion: """
            Asks the remote for the commit of the ref that the site follows, and announces this commit. So the site is \
            deployed if it is not at the commit yet; --ping deploys nothing. Sends the delivery to the public address of \
            the site (url in the site's file), or else to nginx on this machine. Shows the reply, and the line in nginx's \
            access log. Needs the secret, so run it as root. Exits with 0 if the answer has a status 2xx, and with 1 \
            otherwise.
            """)

    @Argument(help: "The name of the site.", completion: .siteNames)
    var site: String

    @Option(
        help: ArgumentHelp(
            "Send as this forge: \(Self.forges). Default: the forge in the site's file, or of the remote's host, or github",
            valueName: "name"),
        completion: .list(ForgeName.allCases.map(\.rawValue)))
    var forge: String?

    @Flag(help: "Send the forge's test of a hook in place of a push. GitHub and Bitbucket Data Center have one.")
    var ping = false

    @Option(help: ArgumentHelp("Announce this commit, and do not ask the remote", valueName: "commit"))
    var commit: String?

    @Option(help: ArgumentHelp("Announce this branch or tag, such as refs/heads/main", valueName: "ref"))
    var ref: String?

    @Option(help: ArgumentHelp("Send the delivery to this URL", valueName: "url"))
    var to: String?

    @OptionGroup var webServer: WebServerOptions

    @OptionGroup var options: CommonOptions

    private static let forges = ForgeName.allCases.map(\.rawValue).sorted().joined(separator: ", ")

    func validate() throws {
        if let forge, ForgeName(rawValue: forge) == nil {
            throw ValidationError("--forge must be one of \(Self.forges)")
        }
        if let commit, Commit(commit) == nil {
            throw ValidationError("--commit must be the whole name of a commit, 40 or 64 hexadecimal digits")
        }
        if ping, commit != nil || ref != nil { throw ValidationError("--ping announces neither a commit nor a ref") }
        if let ref, !ref.hasPrefix("refs/heads/"), !ref.hasPrefix("refs/tags/") {
            throw ValidationError("--ref must begin with refs/heads/ or refs/tags/")
        }
        if let to, !to.hasPrefix("http://"), !to.hasPrefix("https://") {
            throw ValidationError("--to must begin with http:// or https://")
        }
        if let to, HookAnswer.host(of: to).isEmpty || !to.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
            throw ValidationError("--to must be a URL without spaces, such as https://blog.example.com/github")
        }
    }

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let systemd = SystemdCheck(SystemdUnit(ServiceUnit.current.service, environment: environment), nil)
        var source = ConfigurationSource(mainFile: options.configuration.config, environment: environment)
        if environment["CREDENTIALS_DIRECTORY"] == nil { source.unseenCredentials = systemd.credentials }
        // What only root can read comes first: the secret, nginx's files, and its log.
        let configuration = ConfigurationCheck(source).configuration
        let settings = try configuration.site(named: site)
        let secret = try HookSecret(of: settings, configuration).current
        let web = NginxCheck(webServer.nginxPath, socket: webServer.socketPath, settings: configuration)
        let addresses = try self.addresses(of: settings, web)
        let log = web.accessLog.map { AccessLogWatch($0) }
        let cancellation = Signals.shared.cancellation
        guard let client = HTTPClient(environment: environment, cancellation) else {
            throw CommandError(.failure, "curl is not installed", hint: "apt-get install curl")
        }
        try StateDirectory(environment: environment).becomeOwner(otherwise: systemd.user)

        let (delivery, forge, subject) = try delivery(to: settings, secret, cancellation)
        let time = configuration.answerWithin + configuration.drain + .seconds(10)
        let exchange = try send(delivery, to: addresses, client, time)
        let line = log?.line(of: delivery.id, exchange.reply.status)
        let view = DeliveryView(
            delivery, forge: forge, subject: subject, exchange, log: web.accessLog, line: line ?? nil)
        if options.json { try Printer.print(json: view) } else { Printer.print(view.lines) }
        let owner = owner(of: exchange.address.url, settings, configuration, mount: web.mount)
        if let verdict = view.verdict(instance: ServiceUnit.current.command, site: site, owner: owner) { throw verdict }
    }

    // MARK: The delivery

    private func delivery(
        to settings: SiteSettings, _ secret: Secret, _ cancellation: Cancellation
    ) throws(CommandError) -> (OutgoingDelivery, ForgeName, String) {
        let limits = Limits.within(.seconds(60), cancellation: cancellation)
        let site = Site(settings)
        let problem = site.open(limits)
        guard let repository = settings.repository ?? site.repository else {
            let failure = problem ?? Failure("the remote of \(settings.name) names no repository")
            throw CommandError(
                .failure, failure.message, hint: failure.hint ?? "write repository = \"…\" in \(settings.place)")
        }
        let message: OutgoingDelivery.Message
        let subject: String
        if ping {
            (message, subject) = (.ping, "ping")
        } else {
            let target = try target(of: site, settings, limits)
            message = .push(ref: target.ref, commit: target.commit.description, before: target.before?.description)
            subject = "push of \(target.commit.short) to \(target.ref) of \(repository)"
        }
        let forge = forge.flatMap { ForgeName(rawValue: $0) } ?? settings.forge ?? likelyForge(of: settings)
        do {
            let delivery = try OutgoingDelivery(
                message, from: forge, of: repository.description, secret: secret, id: DeliveryTest.newID)
            return (delivery, forge, subject)
        } catch {
            throw CommandError(
                .usage, "\(forge.rawValue) has no ping: its button sends a push", hint: "leave --ping out")
        }
    }

    /// What to announce: what the person wants, and otherwise what the remote has.
    private func target(
        of site: Site, _ settings: SiteSettings, _ limits: Limits
    ) throws(CommandError) -> DeploymentRecord.Target {
        let live = site.liveCommit
        func announced(_ ref: String, _ commit: Commit) -> DeploymentRecord.Target {
            DeploymentRecord.Target(ref: ref, commit: commit, before: live == commit ? nil : live)
        }
        let commit = commit.flatMap { Commit($0) }
        let literal = (settings.follows ?? site.follows).flatMap { $0.ref.contains("*") ? nil : $0.ref }
        if let commit, let ref = ref ?? literal { return announced(ref, commit) }
        do {
            let newest = try site.newestPush(limits)
            return announced(ref ?? newest.ref, commit ?? newest.commit)
        } catch {
            throw CommandError(
                .failure, "the remote of \(settings.name) cannot tell its commit: \(error.message)",
                hint: error.hint ?? "\(ServiceUnit.current.command) check \(settings.name)")
        }
    }

    /// The forge of the remote's host; GitHub for a host that tells nothing.
    private func likelyForge(of settings: SiteSettings) -> ForgeName {
        switch SiteFile.remote(of: settings).map({ ForgePages(of: $0).kind }) {
        case .gitlab?: .gitlab
        case .bitbucket?: .bitbucket
        case .forgejo?: .forgejo
        default: .github
        }
    }

    // MARK: The exchange

    /// Returns whose hook is at `url`, if it is not the hook of the site `settings`; `nil` if the path does not tell.
    private func owner(
        of url: String, _ settings: SiteSettings, _ configuration: Configuration, mount: String
    ) -> String? {
        let path = URL(string: url)?.path ?? ""
        if path == mount { return settings.secretSource == nil ? nil : "the sites without a secret of their own" }
        return configuration.sites.first { other in
            other.secretSource != nil && other.name != settings.name && path == "\(mount)/\(other.name)"
        }?.name
    }

    /// The addresses to try, the best one first.
    private func addresses(of settings: SiteSettings, _ web: NginxCheck) throws(CommandError) -> [HookAddress] {
        if let to { return [HookAddress(url: to)] }
        let found = [
            HookAddress(settings, mount: web.mount, isRestricted: web.isRestricted), web.address(of: settings),
        ].compactMap(\.self)
        guard !found.isEmpty else {
            throw CommandError(
                .failure, "the address of the hook of \(settings.name) is not known",
                hint: "write url = \"https://…/\" in \(settings.place), or name the hook's address: "
                    + "\(ServiceUnit.current.command) deliver \(settings.name) --to https://HOST/github")
        }
        return found
    }

    /// Sends the delivery to the first address that answers.
    private func send(
        _ delivery: OutgoingDelivery, to addresses: [HookAddress], _ client: HTTPClient, _ time: Duration
    ) throws(CommandError) -> HTTPExchange {
        var problem: CommandError?
        for address in addresses {
            do throws(HTTPClient.NoAnswer) {
                return HTTPExchange(address: address, reply: try client.post(delivery, to: address, within: time))
            } catch {
                // A delivery that may have arrived is not sent again.
                let remedy = "\(ServiceUnit.current.command) check \(site)"
                problem = CommandError(.failure, "\(address.url): \(error.message)", hint: remedy)
                guard error.isUnsent else { break }
                if address != addresses.last {
                    LogWriter.standardError.write(
                        "bellpull: \(address.url): \(error.message); trying nginx on this machine\n")
                }
            }
        }
        throw problem ?? CommandError(.failure, "the delivery was not sent")
    }
}
