import Foundation
import TestSupport
import Testing

/// A test per server, so that the tests of a server that is not installed are seen to be missing.
@Suite(.onPlainThreads) struct `the web server's own check` {
    @Test(.enabled(if: Neighbour.apache.isInstalled, "apache2 is not installed"))
    func `accepts the files for Apache`() throws { try accepts([.apache, .apacheCGI]) }

    @Test(.enabled(if: Neighbour.lighttpd.isInstalled, "lighttpd is not installed"))
    func `accepts the files for lighttpd`() throws { try accepts([.lighttpd, .lighttpdCGI]) }

    @Test(.enabled(if: Neighbour.caddy.isInstalled, "caddy is not installed"))
    func `accepts the file for Caddy`() throws { try accepts([.caddy]) }

    @Test(.enabled(if: Neighbour.h2o.isInstalled, "h2o is not installed"))
    func `accepts the file for h2o`() throws { try accepts([.h2o]) }

    @Test(.enabled(if: Neighbour.fcgiwrap.isInstalled, "fcgiwrap is not installed"))
    func `accepts the file for fcgiwrap`() throws { try accepts([.fcgiwrap]) }

    private func accepts(_ neighbours: [Neighbour]) throws {
        for neighbour in neighbours {
            let folder = try TemporaryFolder()
            let place = NeighbourPlace(
                port: try freePort(), folder: folder("web"), root: folder.path, socket: folder("bellpull.sock"),
                program: "/bin/true", configuration: folder("bellpull.toml"), state: folder("state"))
            let setup = try NeighbourServer.configure(neighbour, at: place)
            let result = try Program.run(setup.check, environment: Repository.environment(home: folder.path))
            #expect(result.ending == .exited(0), "\(neighbour.rawValue): \(result.output)\(result.errors)")
            // A file with a mistake, to see that the check looks at the file.
            try write("nonsense {\n", to: place.included)
            let other = try Program.run(setup.check, environment: Repository.environment(home: folder.path))
            #expect(other.ending != .exited(0), "\(neighbour.rawValue)")
        }
    }
}
