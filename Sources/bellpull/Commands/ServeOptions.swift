import ArgumentParser
import Configuration

/// The options of `bellpull serve` that have an environment variable and a place in the files too. Left out, they are
/// `nil`.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How long a reply waits for its deployment (default: 4s).", valueName: "duration"))
    var answerWithin: String?

    @Option(help: ArgumentHelp("The longest a deployment may take (default: 5m).", valueName: "duration"))
    var timeout: String?

    @Option(help: ArgumentHelp("How long to finish what runs when told to stop (default: 10s).", valueName: "duration"))
    var drain: String?

    @Option(help: ArgumentHelp("The largest delivery accepted (default: 25MiB).", valueName: "size"))
    var bodyLimit: String?

    @Flag(name: .customLong("no-sha1"), help: "Do not accept X-Hub-Signature, HMAC-SHA1, alone.")
    var refusesSHA1 = false

    /// The configuration that these are a part of.
    func source(mainFile: String?, environment: [String: String]) -> ConfigurationSource {
        let options = [
            "answer-within": answerWithin, "timeout": timeout, "drain": drain, "body-limit": bodyLimit,
        ]
        return ConfigurationSource(
            mainFile: mainFile, environment: environment, options: options.compactMapValues(\.self),
            refusesSHA1: refusesSHA1)
    }
}
