import ArgumentParser
import Configuration
import FastCGI
import Foundation

/// `bellpull serve`: answers deliveries until it is told to stop.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers deliveries.",
        discussion: """
            Listens on descriptor 0, as systemd and spawn-fcgi hand it over, or on --socket; started by a web server as \
            plain CGI, it answers that one request. Its sites are in the configuration's files; without any, \
            GITHUB_SECRET and REPO_PATH in the environment say which deliveries to believe and which clone to keep up to \
            date. SIGHUP reads the configuration again. Options outrank the variables BELLPULL_ANSWER_WITHIN and so on, \
            and these the files.
            """
    )

    @OptionGroup var options: ServeOptions
    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: ArgumentHelp("Listen on a unix socket made at this path.", valueName: "path"))
    var socket: String?

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let source = options.source(mainFile: configuration.config, environment: environment)
        let ledger = StateDirectory(environment: environment).ledger()
        if CommonGateway.isCurrent {
            try Service(source, ledger: ledger, logger: Log.logger()).answerOneRequest()
        } else {
            // The socket first: who cannot listen need not look at the clones.
            let socket = try listeningSocket()
            try Service(source, ledger: ledger, logger: Log.logger()).listen(on: socket)
        }
    }

    private func listeningSocket() throws(CommandError) -> ListeningSocket {
        if let socket {
            do {
                return try ListeningSocket(path: socket)
            } catch {
                throw CommandError(error)
            }
        }
        guard let inherited = ListeningSocket.inherited() else {
            throw CommandError(
                .usage, "there is nothing to listen on: descriptor 0 is not a listening socket",
                hint: "bellpull serve --socket /run/bellpull/bellpull.sock, or start bellpull.socket with systemd")
        }
        return inherited
    }
}
