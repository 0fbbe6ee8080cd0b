import ArgumentParser
import FastCGI
import Foundation

/// The program: `bellpull`, with a subcommand or started by a web server.
@main
struct Bellpull: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deploys a site when its repository is pushed to.",
        discussion: """
            A FastCGI responder that stands behind a web server: it verifies that a webhook comes from your repository, \
            runs git pull --rebase in the clone it belongs to, and answers {}.
            """,
        version: "0.1.0",
        subcommands: [Serve.self, Status.self, History.self, ShowLog.self, DeploySite.self, Check.self],
        defaultSubcommand: Serve.self
    )

    static func main() {
        // Under plain CGI a query such as ?--socket+x arrives as arguments (RFC 3875 §4.4): they are a stranger's.
        let arguments = CommonGateway.isCurrent ? [] : Array(CommandLine.arguments.dropFirst())
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch let error as CommandError {
            error.exit()
        } catch let code as ExitCode {
            // It has said why already.
            Foundation.exit(code.rawValue)
        } catch  where exitCode(for: error) == .success {
            exit(withError: error)
        } catch {
            CommandError(.usage, message(for: error), hint: "bellpull --help, bellpull serve --help").exit()
        }
    }
}
