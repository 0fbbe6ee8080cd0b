import ArgumentParser
import FastCGI
import Fence
import Foundation
import Text

/// The command `bellpull`: runs a subcommand, or answers the web server under plain CGI.
@main
struct Bellpull: ParsableCommand {
    /// The version of the program, the package and the man pages: the newest version in CHANGELOG.md.
    static let version = "0.2.0"

    static let configuration = CommandConfiguration(
        abstract: "Deploys a site after each push to its repository.",
        discussion: """
            A FastCGI responder behind a web server. It verifies that a webhook comes from the forge, runs \
            git pull --rebase in the clone of the pushed repository, and answers {}.
            """,
        version: version,
        subcommands: [
            Serve.self, Reload.self, AddSite.self, RemoveSite.self, ImportHooks.self, Status.self, History.self,
            ShowLog.self, DeploySite.self, Rollback.self, Unpin.self, ListReleases.self, Check.self, Why.self,
            Deliver.self, Audit.self, LiveAt.self,
        ],
        defaultSubcommand: Serve.self
    )

    static func main() {
        // nginx must be able to read what git writes, whatever the person at the terminal has set.
        umask(0o022)
        // Forks, and must come before any use of a Mutex: Swift keeps the thread's number from the first use on, which is another
        // in the child, and a lock with two waiters would never be released. CommandLine.arguments has a Mutex.
        if CommonGateway.isCurrent { CommonGateway.continueInBackground() }
        // Bellpull and systemd start a step like this. The parser of arguments would take longer than the whole launcher.
        if !CommonGateway.isCurrent, CommandLine.arguments.dropFirst().first == Launcher.subcommand { Launcher.main() }
        // Under plain CGI the web server passes a query such as ?--socket+x as arguments (RFC 3875 §4.4). The client
        // chose them, so they are ignored.
        let arguments =
            CommonGateway.isCurrent ? [] : InstanceOptions.moved(in: Array(CommandLine.arguments.dropFirst()))
        if arguments.isEmpty, !CommonGateway.isCurrent, !ListeningSocket.isInherited, isatty(STDOUT_FILENO) == 1 {
            Printer.print([helpMessage(columns: Terminal.current.width)])
            Foundation.exit(0)
        }
        if Serve.isChosen(by: arguments) { _ = Signals.shared }
        do {
            try checkName(arguments.first)
            var command = try parseAsRoot(arguments == ["version"] ? ["--version"] : arguments)
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

    /// Refuses the name of a command that does not exist, and suggests the nearest. Otherwise the name would be taken for
    /// an argument of the default command.
    private static func checkName(_ name: String?) throws(CommandError) {
        guard let name, !name.hasPrefix("-") else { return }
        let known = configuration.subcommands.map { $0._commandName } + ["help", "version"]
        guard !known.contains(name) else { return }
        let hint = name.nearest(of: known).map { "did you mean bellpull \($0)?" } ?? "bellpull --help"
        throw CommandError(.usage, "unknown command '\(name)'", hint: hint)
    }
}
