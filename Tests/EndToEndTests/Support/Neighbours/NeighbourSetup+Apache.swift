import Foundation

extension NeighbourSetup {
    /// Apache with mod_proxy_fcgi.
    static func apache(at place: NeighbourPlace) -> NeighbourSetup {
        apache(at: place, modules: ["proxy", "proxy_fcgi", "buffer"], place.fastCGI)
    }

    /// Apache with mod_cgid.
    static func apacheCGI(at place: NeighbourPlace) -> NeighbourSetup {
        apache(at: place, modules: ["cgid"], place.gateway, settings: "ScriptSock \(place.folder)/cgid.sock")
    }

    private static func apache(
        at place: NeighbourPlace, modules: [String], _ changes: [(String, String)], settings: String = ""
    ) -> NeighbourSetup {
        // The modules of Debian's default site, and those of the example.
        let names = ["mpm_event", "authz_core", "env", "setenvif", "mime", "dir", "alias", "reqtimeout"] + modules
        let main = """
            \(names.map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so" }.joined(separator: "\n"))
            ServerRoot \(place.folder)
            DefaultRuntimeDir \(place.folder)
            PidFile \(place.folder)/pid
            ErrorLog \(place.folder)/error.log
            TypesConfig /etc/mime.types
            Listen 127.0.0.1:\(place.port)
            ServerName blog.example.com
            \(settings)
            <Directory />
                AllowOverride None
                Require all denied
            </Directory>
            <Directory \(place.root)>
                Require all granted
            </Directory>
            <VirtualHost *:\(place.port)>
                DocumentRoot \(place.root)
                CustomLog \(place.folder)/access.log "%h %r %>s"
                Include \(place.included)
            </VirtualHost>

            """
        return NeighbourSetup(
            changes: changes + [("/var/log/apache2/bellpull.log", place.log)], main: main,
            commands: [["apache2", "-DFOREGROUND", "-f", "\(place.folder)/main.conf"]], graceful: .signal(SIGUSR1),
            check: ["apache2", "-t", "-f", "\(place.folder)/main.conf"],
            programLog: "\(place.folder)/error.log")
    }
}
