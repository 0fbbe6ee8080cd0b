import ArgumentParser
import Configuration
import FastCGI
import Foundation
import Text

/// `bellpull serve`: answers deliveries until a signal stops the process.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers webhook deliveries and deploys sites.",
        discussion: """
            Listens on file descriptor 0, as passed by systemd and spawn-fcgi, or on --socket. If a web server starts \
            bellpull as plain CGI, bellpull answers that single request. The configuration files describe the sites. \
            If the files describe no site, the environment variables GITHUB_SECRET and REPO_PATH describe a single site. \
            bellpull reload and SIGHUP reload the configuration. Options take precedence over environment variables such as \
            BELLPULL_ANSWER_WITHIN, and environment variables take precedence over the files.
            """
    )

    @OptionGroup var options: ServeOptions
    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: ArgumentHelp("Create a unix socket at this path and listen on it.", valueName: "path"))
    var socket: String?

    @Option(
        help: ArgumentHelp(
            "Create a unix socket at this path for the pages and the metrics.", valueName: "path"))
    var pagesSocket: String?

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let source = options.source(mainFile: configuration.config, environment: environment)
        let state = StateDirectory(environment: environment)
        state.create()
        ServiceUser.declareThisProcess()
        let signals = Signals.shared
        if CommonGateway.isCurrent {
            try Service(source, state: state, signals: signals, logger: Log.logger()).answerOneRequest()
        } else {
            // The socket comes first: without a socket there is no need to open the clones.
            let socket = try listeningSocket()
            let pages = try pagesListeningSocket(environment)
            let manager = ServiceManager(environment: environment)
            ServiceManager.hideFromChildren()
            let logger = Log.logger()
            // A reload that is requested during the start waits in the channel.
            let control = ControlSocket(in: state, signals, logger)
            defer { control?.stop() }
            try Service(
                source, state: state, signals: signals, logger: logger, control: control, manager: manager,
                hasPages: pages != nil
            ).listen(on: socket, pages: pages)
        }
    }

    /// Whether `arguments` choose this command, which is the default. Also true for options of `bellpull` itself.
    static func isChosen(by arguments: [String]) -> Bool {
        guard let first = arguments.first else { return true }
        return first == _commandName || first.hasPrefix("-")
    }

    private static func socket(at path: String) throws(CommandError) -> ListeningSocket {
        do {
            return try ListeningSocket(path: path)
        } catch {
            throw CommandError(error)
        }
    }

    /// The socket for the pages, as passed by systemd or created at a path; `nil` for a service without pages.
    private func pagesListeningSocket(_ environment: [String: String]) throws(CommandError) -> ListeningSocket? {
        let passed = ListeningSocket.passed(named: "pages", environment)
        return if let pagesSocket { try Self.socket(at: pagesSocket) } else { passed }
    }

    private func listeningSocket() throws(CommandError) -> ListeningSocket {
        if let socket { return try Self.socket(at: socket) }
        guard let inherited = ListeningSocket.inherited(ProcessInfo.processInfo.environment) else {
            throw CommandError(
                .usage, "file descriptor 0 is not a listening socket, and --socket is missing",
                hint:
                    "systemctl start \(ServiceUnit.current.socket), or bellpull serve --socket /run/bellpull/bellpull.sock"
            )
        }
        return inherited
    }
}
