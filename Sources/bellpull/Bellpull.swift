import ArgumentParser
import FastCGI
import Foundation

/// The command `bellpull`: runs a subcommand, or answers the web server under plain CGI.
@main
struct Bellpull: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deploys a site after each push to its repository.",
        discussion: """
            A FastCGI responder behind a web server. It verifies that a webhook comes from the forge, runs \
            git pull --rebase in the clone of the pushed repository, and answers {}.
            """,
        version: "0.1.0",
        subcommands: [Serve.self, Reload.self, Status.self, History.self, ShowLog.self, DeploySite.self, Check.self],
        defaultSubcommand: Serve.self
    )

    static func main() {
        if CommonGateway.isCurrent { CommonGateway.continueInBackground() }
        // Under plain CGI the web server passes a query such as ?--socket+x as arguments (RFC 3875 §4.4). The client
        // chose them, so they are ignored.
        let arguments = CommonGateway.isCurrent ? [] : Array(CommandLine.arguments.dropFirst())
        if Serve.isChosen(by: arguments) { _ = Signals.shared }
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch let error as CommandError {
            error.exit()
        } catch let code as ExitCode {
            // The command has already printed the reason.
            Foundation.exit(code.rawValue)
        } catch  where exitCode(for: error) == .success {
            exit(withError: error)
        } catch {
            CommandError(.usage, message(for: error), hint: "bellpull --help").exit()
        }
    }
}
