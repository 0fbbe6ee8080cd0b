import Foundation

extension NeighbourSetup {
    /// lighttpd with mod_fastcgi.
    static func lighttpd(at place: NeighbourPlace) -> NeighbourSetup {
        lighttpd(at: place, modules: ["mod_fastcgi"], place.fastCGI)
    }

    /// lighttpd with mod_cgi.
    static func lighttpdCGI(at place: NeighbourPlace) -> NeighbourSetup {
        lighttpd(at: place, modules: ["mod_cgi", "mod_setenv"], place.gateway)
    }

    private static func lighttpd(
        at place: NeighbourPlace, modules: [String], _ changes: [(String, String)]
    ) -> NeighbourSetup {
        // As in Debian's lighttpd.conf. mod_staticfile comes last there: before mod_cgi, it would send the CGI program as a file.
        let names = ["mod_indexfile", "mod_access", "mod_alias", "mod_accesslog"] + modules + ["mod_staticfile"]
        let main = """
            server.modules = ( \(names.map { "\"\($0)\"" }.joined(separator: ", ")) )
            server.bind = "127.0.0.1"
            server.port = \(place.port)
            server.document-root = "\(place.root)"
            server.upload-dirs = ( "\(place.folder)" )
            server.errorlog = "\(place.folder)/error.log"
            server.breakagelog = "\(place.folder)/breakage.log"
            server.pid-file = "\(place.folder)/pid"
            server.feature-flags += ( "server.graceful-shutdown-timeout" => 5 )
            server.http-parseopts = (
                "header-strict" => "enable", "host-strict" => "enable", "host-normalize" => "enable",
                "url-normalize-unreserved" => "enable", "url-normalize-required" => "enable",
                "url-ctrls-reject" => "enable", "url-path-2f-decode" => "enable", "url-path-dotseg-remove" => "enable"
            )
            index-file.names = ( "index.html" )
            url.access-deny = ( "~", ".inc" )
            accesslog.filename = "\(place.folder)/access.log"
            include "\(place.included)"

            """
        return NeighbourSetup(
            changes: changes + [("/var/log/lighttpd/bellpull.log", place.log)], main: main,
            commands: [["lighttpd", "-D", "-f", "\(place.folder)/main.conf"]], graceful: .signal(SIGUSR1),
            check: ["lighttpd", "-tt", "-f", "\(place.folder)/main.conf"],
            programLog: "\(place.folder)/breakage.log")
    }
}
