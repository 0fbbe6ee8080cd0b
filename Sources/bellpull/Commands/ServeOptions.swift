import ArgumentParser
import Configuration

/// The options of `bellpull serve` with a counterpart in environment variables and configuration files. A missing
/// option is `nil`.
struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The longest time that a reply waits for its deployment (default: 4s)", valueName: "duration"))
    var answerWithin: String?

    @Option(help: ArgumentHelp("The time limit of a deployment (default: 5m)", valueName: "duration"))
    var timeout: String?

    @Option(
        help: ArgumentHelp(
            "The time for running deployments to finish after a stop signal (default: 10s)", valueName: "duration"))
    var drain: String?

    @Option(help: ArgumentHelp("The largest request body that is accepted (default: 25MiB)", valueName: "size"))
    var bodyLimit: String?

    @Flag(
        name: .customLong("no-sha1"), help: "Reject deliveries that are signed only with HMAC-SHA1 (X-Hub-Signature).")
    var refusesSHA1 = false

    /// Returns the source of the configuration, with the given options.
    func source(mainFile: String?, environment: [String: String]) -> ConfigurationSource {
        let options = [
            "answer-within": answerWithin, "timeout": timeout, "drain": drain, "body-limit": bodyLimit,
        ]
        return ConfigurationSource(
            mainFile: mainFile, environment: environment, options: options.compactMapValues(\.self),
            refusesSHA1: refusesSHA1)
    }
}
