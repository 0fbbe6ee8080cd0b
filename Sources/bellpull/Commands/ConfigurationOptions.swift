import ArgumentParser
import Configuration
import Foundation

/// The options `--config` and `--instance` of the commands that load the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The path of the main configuration file (default: /etc/bellpull/bellpull.toml)", valueName: "path"))
    var config: String?

    @OptionGroup var instance: InstanceOptions

    /// Loads the configuration without secrets. A command needs no secrets, and its user may not be able to read them.
    /// A site with mistakes stops no other site. Without a site in the files, the service's environment file describes
    /// the site.
    func loadWithoutSecrets() throws(CommandError) -> Configuration { try load(withVariables: false).0 }

    /// Loads the configuration without the secrets of hooks, and returns it with its source.
    ///
    /// - Parameter withVariables: whether to read the environment files of the steps, which only Bellpull's user and root can
    ///   read.
    func load(withVariables: Bool) throws(CommandError) -> (Configuration, ConfigurationSource) {
        var source = ConfigurationSource(mainFile: config, environment: ProcessInfo.processInfo.environment)
        source.readsSecrets = false
        source.readsVariables = withVariables
        let state = StateDirectory(environment: source.environment)
        // Of two sites in conflict, the service uses the one that was in use before.
        source.sitesInUse = state.sitesInUse
        let file = source.hasNoSiteInFiles ? source.addEnvironmentFile() : nil
        guard file?.isUnreadable != true || source.environment["REPO_PATH"] != nil else {
            throw CommandError(
                .configuration, "\(source.environmentFile) cannot be read by \(NSUserName())",
                hint: getuid() == 0 ? "ls -l \(source.environmentFile)" : "run the command as root")
        }
        do {
            let names = SiteNames(in: state)
            return (names.apply(to: try Configuration.load(source), claims: false), source)
        } catch {
            throw CommandError(error)
        }
    }
}
