import Foundation
import TestSupport

/// A lighttpd that starts Bellpull as a CGI program for each request to `/github`.
final class CGIServer: Sendable {
    let port: UInt16
    private let program: Program

    /// Starts lighttpd for the static files in `root`.
    ///
    /// - Parameters:
    ///   - folder: the folder for its configuration and logs.
    ///   - environment: the variables of its CGI programs.
    init(in folder: TemporaryFolder, root: String, environment: [String: String]) throws {
        // Another process may take the free port first.
        for _ in 1...3 {
            let port = try freePort()
            try write(
                Self.configuration(folder, root, port, environment, program: BuiltProgram.path),
                to: folder("lighttpd.conf"))
            let program = try Program(
                ["lighttpd", "-D", "-f", folder("lighttpd.conf")],
                environment: Repository.environment(home: folder.path), output: folder("lighttpd.log"))
            if program.isUp(on: port) {
                (self.program, self.port) = (program, port)
                return
            }
        }
        throw Trouble("lighttpd does not start: \((try? text(of: folder("lighttpd.log"))) ?? "")")
    }

    func end() { program.end() }

    private static func configuration(
        _ folder: TemporaryFolder, _ root: String, _ port: UInt16, _ environment: [String: String], program: String
    ) -> String {
        let variables = environment.map { "\"\($0.key)\" => \"\($0.value)\"" }.joined(separator: ", ")
        return """
            server.bind = "127.0.0.1"
            server.port = \(port)
            server.document-root = "\(root)"
            server.upload-dirs = ( "\(folder.path)" )
            server.modules = ( "mod_alias", "mod_cgi", "mod_setenv" )
            server.breakagelog = "\(folder("bellpull.log"))"
            index-file.names = ( "index.html" )
            alias.url = ( "/github" => "\(program)" )
            $HTTP["url"] =~ "^/github" {
                cgi.assign = ( "" => "" )
                setenv.set-environment = ( \(variables) )
            }
            """
    }
}
