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
    func loadWithoutSecrets() throws(CommandError) -> Configuration {
        var source = ConfigurationSource(mainFile: config, environment: ProcessInfo.processInfo.environment)
        source.readsSecrets = false
        do {
            let names = SiteNames(in: StateDirectory(environment: source.environment))
            return names.apply(to: try Configuration.load(source), claims: false)
        } catch {
            throw CommandError(error)
        }
    }
}
