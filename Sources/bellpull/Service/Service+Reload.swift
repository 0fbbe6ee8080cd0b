import Configuration
import Deploy
import FastCGI
import Foundation
import Logging
import Pages

extension Service {
    /// Loads the configuration from `source`. A site whose settings have mistakes keeps the settings of `old`.
    ///
    /// - Parameter old: the configuration in use; `nil` at the start.
    static func load(
        _ source: ConfigurationSource, _ state: StateDirectory, keeping old: Configuration? = nil
    ) throws(ConfigurationError) -> Configuration {
        var source = source
        // Of two sites in conflict, the one that was in use goes on, also after a restart.
        source.sitesInUse = old.map { Set($0.sites.map(\.origin)) } ?? state.sitesInUse
        let new = SiteNames(in: state).apply(to: try Configuration.load(source), claims: true)
        return old.map(new.keeping) ?? new
    }

    /// Loads the configuration again, and answers the commands that wait for it. Keeps the earlier settings of whatever has
    /// mistakes: of a site, or of everything.
    func reload(_ listener: Listener) {
        // Requests that arrive from now on are answered by another reload: this one may have read the files already.
        let requests = control?.takeRequests() ?? []
        loads += 1
        let loaded = loadAgain(listener)
        guard !signals.isStopping else {
            control?.answer(requests, Data(ControlSocket.stoppingAnswer.utf8))
            return
        }
        publish(loaded)
        control?.answer(requests, loaded.json)
    }

    private func loadAgain(_ listener: Listener) -> LoadedConfiguration {
        do {
            let new = try Self.load(source, state, keeping: configuration)
            logger.note(new.issuesOfSites, .error)
            let sites = try Self.openedSites(
                of: new, fence: StepFence(of: new, source, state), signals.cancellation, logger)
            guard !signals.isStopping else { return loaded(mistakes: [], warnings: [], isApplied: false) }
            (configuration, self.sites) = (new, sites)
        } catch let error as ConfigurationError {
            logger.note(error.issues, .error)
            return keepEverything(error.issues, error.warnings)
        } catch {
            let explanations = (error as? CommandError)?.explanations ?? []
            let issues = explanations.map { ConfigurationIssue("REPO_PATH", $0) }
            logger.note(issues, .error)
            return keepEverything(issues, [])
        }
        apply(listener)
        return loaded(mistakes: configuration.issuesOfSites, warnings: configuration.warnings, isApplied: true)
    }

    private func keepEverything(
        _ issues: [ConfigurationIssue], _ warnings: [ConfigurationIssue]
    ) -> LoadedConfiguration {
        logger.error("the new configuration has errors and was not loaded; bellpull keeps the old configuration")
        status.note(sites: sites, mistakes: issues.count)
        pages?.follow(sites, mistakes: issues.count)
        return loaded(mistakes: issues, warnings: warnings, isApplied: false)
    }

    /// Puts the new settings to use.
    private func apply(_ listener: Listener) {
        logger.note(configuration.warnings, .warning)
        endpoint.change(to: configuration.endpoint(for: sites))
        dispatcher.setLimit(configuration.parallelDeployments)
        listener.setBodyLimit(configuration.bodyLimit)
        notifier.follow(sites, of: configuration)
        dispatcher.follow(sites)
        maintenance.follow(sites, retention: configuration.retention)
        catchUp.follow(sites)
        statusFile?.follow(Array(zip(sites, configuration.sites.map(\.path))))
        status.note(sites: sites, mistakes: configuration.issuesOfSites.count)
        pages?.follow(sites, mistakes: configuration.issuesOfSites.count)
        for name in configuration.keptSites.sorted() {
            logger.error("site=\(name) keeps its earlier settings, because its new settings have mistakes")
        }
        describe("reloaded;")
    }

    /// Returns what is in use after a reading of the files with the given result.
    func loaded(
        mistakes: [ConfigurationIssue], warnings: [ConfigurationIssue], isApplied: Bool
    ) -> LoadedConfiguration {
        let usable = zip(sites, configuration.sites).map { site, settings in
            LoadedConfiguration.Site(
                settings, repository: site.repository?.description, follows: site.follows?.description,
                isKept: !isApplied || configuration.keptSites.contains(settings.name))
        }
        let kept = configuration.sites.filter { configuration.keptSites.contains($0.name) }
        let unusable = configuration.rejectedSites.filter { rejected in
            !kept.contains { rejected.name == $0.name || rejected.name == nil && rejected.path == $0.path }
        }
        return LoadedConfiguration(
            pid: getpid(), time: Date(), loads: loads,
            mainFile: source.mainFilePath, isApplied: isApplied,
            sites: usable + unusable.map { LoadedConfiguration.Site($0) }, mistakes: mistakes, warnings: warnings)
    }

    /// Writes what was loaded for other processes to read.
    func publish(_ loaded: LoadedConfiguration) {
        guard let reason = control?.publish(loaded) else { return }
        logger.warning("\(LoadedConfiguration.fileName) cannot be written reason=\(reason.quoted)")
    }
}
