import Text
import Configuration
import Deploy
import Foundation
import Endpoints
import Git
import Logging
import Processes
import Webhook

extension Service {
    /// The time limit for git to open a clone.
    private static let openingTime = Duration.seconds(20)
    /// The largest number of problems to log, at one problem per site.
    private static let explanations = 20

    /// Returns the sites of `configuration` in order, and logs each problem with a site.
    ///
    /// The other sites are served regardless of a problem with one site. After `cancellation`, returns at once, with the
    /// sites so far.
    ///
    /// - Parameter progress: called before each clone that git has to open, which may take 20 s.
    /// - Throws: `CommandError` if the only site comes from REPO_PATH and cannot be deployed.
    static func openedSites(
        of configuration: Configuration, fence: StepFence, _ cancellation: Cancellation, _ logger: Logger,
        progress: () -> Void = {}
    ) throws(CommandError) -> [Site] {
        var count = 0
        var sites: [Site] = []
        sites.reserveCapacity(configuration.sites.count)
        for settings in configuration.sites {
            let site = Site(settings, fence: fence)
            sites.append(site)
            if !site.isDeclared { progress() }
            let limits = Limits.within(openingTime, cancellation: cancellation)
            let failure = site.isDeclared ? site.precheck() : site.open(limits)
            guard !cancellation.isCancelled else { break }
            guard let failure else { continue }
            if configuration.isOfEnvironment { throw CommandError(failure) }
            count += 1
            guard count <= explanations else { continue }
            logger.error("site=\(site.name) cannot be deployed reason=\(failure.message.quoted)")
            if let hint = failure.hint { logger.error("hint: \(hint)") }
        }
        if count > explanations {
            logger.error("\(count) sites cannot be deployed; \(ServiceUnit.current.command) check lists the sites")
        }
        return sites
    }
}

extension Site {
    /// Creates a site from its settings.
    ///
    /// - Parameter fence: where the steps run; `nil` if the site is not going to be deployed.
    init(_ settings: SiteSettings, fence: StepFence? = nil) {
        self.init(
            name: settings.name, path: settings.path, strategy: Self.kind(settings), repository: settings.repository,
            follows: settings.follows, timeout: settings.timeout, catchUp: settings.catchUp,
            keepsDiscarded: settings.localEdits == .save ? settings.historyAge : nil,
            filter: DeploymentFilter(paths: settings.filter.paths, skip: settings.filter.skip),
            contents: ContentOptions(submodules: settings.contents.submodules, lfs: settings.contents.lfs),
            trigger: StateDirectory(environment: ProcessInfo.processInfo.environment).trigger(of: settings.name),
            steps: SiteSteps(settings.steps), fence: fence)
    }

    private static func kind(_ settings: SiteSettings) -> StrategyKind {
        switch (settings.strategy, settings.release) {
        case (.mirror, _): .mirror
        case (.release, let release?):
            .release(ReleaseOptions(remote: release.remote, shared: release.shared, keep: release.keep))
        case (.pull, _), (.release, nil): .pull
        }
    }
}

extension Configuration {
    /// Returns the settings of the webhook endpoint.
    ///
    /// - Parameter sites: The sites of this configuration, in the same order.
    func endpoint(for sites: [Site]) -> WebhookEndpoint.Settings {
        WebhookEndpoint.Settings(
            hooks: Hooks(
                secrets: secrets,
                sites: zip(sites, self.sites).map { Hooks.Entry($0, secrets: $1.secrets, forge: $1.forge) },
                unusable: unusableHooks),
            forge: Forges(acceptsSHA1: acceptsSHA1), answerWithin: answerWithin, waitingReplies: waitingReplies)
    }

    /// The limits on the age and the number of deliveries in the ledger.
    var retention: LedgerMaintenance.Retention { LedgerMaintenance.Retention(age: historyAge, count: historyCount) }
}
