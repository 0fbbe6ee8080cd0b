import ArgumentParser
import Text

/// The options `--nginx` and `--socket`, which say where the web server meets Bellpull.
struct WebServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The path of nginx.conf, or of its folder (default: /etc/nginx)", valueName: "path"))
    var nginx: String?

    @Option(
        help: ArgumentHelp(
            "The unix socket between the web server and bellpull (default: \(Self.defaultSocket))", valueName: "path"))
    var socket: String?

    /// The path of nginx.conf, or of its folder.
    var nginxPath: String { nginx ?? "/etc/nginx" }

    /// The path of the unix socket.
    var socketPath: String { socket ?? Self.defaultSocket }

    /// The socket of `bellpull.socket`, or of the instance.
    static var defaultSocket: String {
        let instance = ServiceUnit.current.instance.flatMap { try? Instance($0) }
        return instance?.socket ?? "/run/bellpull/bellpull.sock"
    }
}
