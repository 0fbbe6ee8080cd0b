import ArgumentParser
import Configuration
import Foundation

/// The option that all commands have.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The main configuration file (default: /etc/bellpull/bellpull.toml).", valueName: "path"))
    var config: String?

    /// The configuration, without its secrets, which a command has no use for and its user may not be allowed to read.
    func loadWithoutSecrets() throws(CommandError) -> Configuration {
        var source = ConfigurationSource(mainFile: config, environment: ProcessInfo.processInfo.environment)
        source.readsSecrets = false
        do {
            return try Configuration.load(source)
        } catch {
            throw CommandError(error)
        }
    }
}
