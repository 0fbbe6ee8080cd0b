import Foundation
import TestSupport
import Testing

extension ServedSite {
    /// Runs `bellpull why`.
    ///
    /// - Parameter url: the public address in the site's settings.
    func why(_ arguments: [String], url: String? = nil) throws -> Program.Result {
        let environment = try Responder.environment(of: clone, in: folder)
        if let url {
            let file = folder("bellpull.toml")
            try write(try text(of: file) + "url = \"\(url)\"\n", to: file)
        }
        return try Program.run(
            [try BuiltProgram.path, "why", "--socket", socket, "--nginx", folder("nginx")] + arguments,
            environment: environment, within: .seconds(60))
    }
    /// Runs `bellpull why --json` and expects its only verdict (`WhyVerdict.expect`).
    func expectWhy(
        _ cause: String, _ reason: String = "", remedy: String?, asking arguments: [String] = ["blog"],
        url: String? = nil, isGuess: Bool = false, at location: SourceLocation = #_sourceLocation
    ) throws {
        try WhyVerdict(why(arguments + ["--json"], url: url))
            .expect(cause, reason, remedy: remedy, isGuess: isGuess, at: location)
    }
}
