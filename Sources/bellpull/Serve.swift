import ArgumentParser
import Deploy
import Endpoints
import FastCGI
import Foundation
import Git
import Logging
import Webhook

/// `bellpull serve`: answers deliveries until it is told to stop.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers deliveries.",
        discussion: """
            Listens on descriptor 0, as systemd and spawn-fcgi hand it over, or on --socket; started by a web server as \
            plain CGI, it answers that one request. GITHUB_SECRET and REPO_PATH in the environment say which \
            deliveries to believe and which clone to keep up to date. Every option has an environment variable, \
            BELLPULL_ and its name in capitals; the option outranks it.
            """
    )

    @OptionGroup var options: ServeOptions

    @Option(help: ArgumentHelp("Listen on a unix socket made at this path.", valueName: "path"))
    var socket: String?

    func run() throws {
        let settings = try Settings(options, environment: ProcessInfo.processInfo.environment)
        if CommonGateway.isCurrent {
            try Service(settings, logger: Log.logger()).answerOneRequest()
        } else {
            // The socket first: who cannot listen need not look at the clone.
            let socket = try listeningSocket()
            try Service(settings, logger: Log.logger()).listen(on: socket)
        }
    }

    private func listeningSocket() throws(Problem) -> ListeningSocket {
        if let socket {
            do {
                return try ListeningSocket(path: socket)
            } catch {
                throw Problem(error)
            }
        }
        guard let inherited = ListeningSocket.inherited() else {
            throw Problem(
                .usage, "there is nothing to listen on: descriptor 0 is not a listening socket",
                hint: "bellpull serve --socket /run/bellpull/bellpull.sock, or start bellpull.socket with systemd")
        }
        return inherited
    }
}
