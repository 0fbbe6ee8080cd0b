import Configuration
import Deploy
import Endpoints
import Git
import Logging
import Webhook

extension Service {
    /// How long git may take to say what a clone is.
    private static let openingTime = Duration.seconds(20)
    /// How many sites a log of the start complains about one by one.
    private static let explanations = 20

    /// The sites of `configuration`, in its order, looked at so that what is wrong with one is known from the start. It
    /// keeps no other from being served; but where REPO_PATH is all there is, there is nothing to serve.
    static func openedSites(of configuration: Configuration, _ logger: Logger) throws(CommandError) -> [Site] {
        var count = 0
        var sites: [Site] = []
        sites.reserveCapacity(configuration.sites.count)
        for settings in configuration.sites {
            let site = Site(settings)
            sites.append(site)
            let failure = site.isDeclared ? site.precheck() : site.open(.within(openingTime))
            guard let failure else { continue }
            if configuration.isOfEnvironment { throw CommandError(failure) }
            count += 1
            guard count <= explanations else { continue }
            logger.error("site=\(site.name) cannot be deployed reason=\(failure.message.quoted)")
            if let hint = failure.hint { logger.error("hint: \(hint)") }
        }
        if count > explanations { logger.error("\(count) sites cannot be deployed; bellpull check names them") }
        return sites
    }
}

extension Site {
    /// The site that `settings` describe.
    init(_ settings: SiteSettings) {
        self.init(
            name: settings.name, path: settings.path, strategy: Self.kind(settings), repository: settings.repository,
            follows: settings.follows,
            timeout: settings.timeout, catchUp: settings.catchUp)
    }

    private static func kind(_ settings: SiteSettings) -> StrategyKind {
        guard let follows = settings.follows, follows.branch == nil else { return .pull }
        return .mirror
    }
}

extension Configuration {
    /// What the endpoint has to know, with hooks for `sites`, which are those of this configuration in its order.
    func endpoint(for sites: [Site]) -> WebhookEndpoint.Settings {
        WebhookEndpoint.Settings(
            hooks: Hooks(
                secrets: secrets,
                sites: zip(sites, self.sites).map { Hooks.Entry($0, secrets: $1.secrets, forge: $1.forge) }),
            forge: Forges(acceptsSHA1: acceptsSHA1), answerWithin: answerWithin, waitingReplies: waitingReplies)
    }

    /// How much of the ledger is kept.
    var retention: LedgerMaintenance.Retention { LedgerMaintenance.Retention(age: historyAge, count: historyCount) }
}
