import ArgumentParser
import Configuration
import Foundation

/// The option `--config` of all commands.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The path of the main configuration file (default: /etc/bellpull/bellpull.toml)", valueName: "path"))
    var config: String?

    /// Loads the configuration without secrets. A command needs no secrets, and its user may not be able to read them.
    /// Without configuration files, the service's environment file describes the site.
    func loadWithoutSecrets() throws(CommandError) -> Configuration {
        var source = ConfigurationSource(mainFile: config, environment: ProcessInfo.processInfo.environment)
        source.readsSecrets = false
        let file = source.hasNoFiles ? source.addEnvironmentFile() : nil
        guard file?.isUnreadable != true || source.environment["REPO_PATH"] != nil else {
            throw CommandError(
                .configuration, "\(source.environmentFile) cannot be read by \(NSUserName())",
                hint: "run the command as root")
        }
        do {
            let names = SiteNames(in: StateDirectory(environment: source.environment))
            return names.apply(to: try Configuration.load(source), claims: false)
        } catch {
            throw CommandError(error)
        }
    }
}
