import Foundation

extension NeighbourSetup {
    /// Caddy, whose administration listens on a unix socket.
    static func caddy(at place: NeighbourPlace) -> NeighbourSetup {
        let main = """
            {
                admin unix/\(place.folder)/admin.sock
                auto_https off
                http_port \(place.port)
                default_bind 127.0.0.1
                storage file_system \(place.folder)
            }
            import bellpull.conf
            http://blog.example.com {
                root * \(place.root)
                import bellpull
                file_server
            }

            """
        let configuration = ["--config", "\(place.folder)/main.conf", "--adapter", "caddyfile"]
        return NeighbourSetup(
            changes: place.fastCGI + [("/var/log/caddy/bellpull.log", place.log)], main: main,
            commands: [["caddy", "run"] + configuration],
            graceful: .command(
                ["caddy", "reload", "--force", "--address", "unix/\(place.folder)/admin.sock"] + configuration),
            check: ["caddy", "validate"] + configuration)
    }
}
