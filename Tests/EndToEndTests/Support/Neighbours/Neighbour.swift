import Foundation
import TestSupport
import Testing

/// A web server other than nginx with a way to run Bellpull, or nginx with CGI. Each has a file in `examples`.
enum Neighbour: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case apache = "apache.conf"
    case apacheCGI = "apache-cgi.conf"
    case lighttpd = "lighttpd.conf"
    case lighttpdCGI = "lighttpd-cgi.conf"
    case caddy = "caddy.conf"
    case h2o = "h2o.conf"
    case fcgiwrap = "nginx-fcgiwrap.conf"

    var testDescription: String { rawValue }

    /// Whether Bellpull is a CGI program, which the web server starts for each request.
    var isCGI: Bool { [.apacheCGI, .lighttpdCGI, .fcgiwrap].contains(self) }

    /// The programs that the tests of this server start.
    var programs: [String] {
        switch self {
        case .apache, .apacheCGI: ["apache2"]
        case .lighttpd, .lighttpdCGI: ["lighttpd"]
        case .caddy: ["caddy"]
        case .h2o: ["h2o"]
        case .fcgiwrap: ["nginx", "fcgiwrap"]
        }
    }

    /// Whether the programs are installed. Not every release of Debian has a package of each.
    var isInstalled: Bool {
        programs.allSatisfy { program in ["/usr/sbin", "/usr/bin"].contains { access("\($0)/\(program)", X_OK) == 0 } }
    }

    /// The servers that are installed.
    static let installed = allCases.filter(\.isInstalled)

    /// The servers that are installed and pass deliveries on to a Bellpull that runs as a service.
    static let overFastCGI = installed.filter { !$0.isCGI }

    /// Returns the set-up of the server at `place`.
    func setup(at place: NeighbourPlace) -> NeighbourSetup {
        switch self {
        case .apache: .apache(at: place)
        case .apacheCGI: .apacheCGI(at: place)
        case .lighttpd: .lighttpd(at: place)
        case .lighttpdCGI: .lighttpdCGI(at: place)
        case .caddy: .caddy(at: place)
        case .h2o: .h2o(at: place)
        case .fcgiwrap: .fcgiwrap(at: place)
        }
    }
}

/// The ports and paths that a test puts in place of the paths in the files of `examples`.
struct NeighbourPlace: Sendable {
    let port: UInt16
    /// The folder of the web server's own files.
    let folder: String
    /// The static files of the site.
    let root: String
    /// The socket of a Bellpull that runs as a service.
    let socket: String
    /// The program, its configuration and its state folder, under CGI.
    let program: String
    let configuration: String
    let state: String

    /// The access log of the hook.
    var log: String { "\(folder)/bellpull.log" }
    /// The copy of the file in `examples`.
    var included: String { "\(folder)/bellpull.conf" }

    /// The replacements in an example for a CGI program.
    var gateway: [(String, String)] {
        [
            ("/usr/local/bin/bellpull", program), ("/etc/bellpull/bellpull.toml", configuration),
            ("/var/lib/bellpull", state),
        ]
    }
    /// The replacement in an example for FastCGI.
    var fastCGI: [(String, String)] { [("/run/bellpull/bellpull.sock", socket)] }
}

/// The configuration and the commands of a web server.
struct NeighbourSetup: Sendable {
    /// The way to have the server read its configuration again without losing a request.
    enum Graceful: Sendable {
        /// A signal to the last program of `commands`.
        case signal(Int32)
        case command([String])
    }

    /// Replacements in the file of `examples`. Each has to apply.
    let changes: [(String, String)]
    /// The server's own configuration, which includes the file.
    let main: String
    /// The programs to start, in this order.
    let commands: [[String]]
    let graceful: Graceful
    /// The command that checks the configuration and starts no server.
    let check: [String]
    /// Where the lines of Bellpull's own log go under CGI.
    var programLog: String?
}
