import Foundation

extension NeighbourSetup {
    /// nginx, which passes deliveries on to fcgiwrap with four processes.
    static func fcgiwrap(at place: NeighbourPlace) -> NeighbourSetup {
        let socket = "\(place.folder)/fcgiwrap.sock"
        // As `WebServer`'s, but with a worker, and so with a graceful restart.
        let main = """
            daemon off;
            worker_processes 1;
            pid \(place.folder)/pid;
            events { worker_connections 1024; }
            http {
                access_log \(place.folder)/access.log;
                client_body_temp_path \(place.folder)/body;
                fastcgi_temp_path \(place.folder)/fastcgi;
                proxy_temp_path \(place.folder)/proxy;
                scgi_temp_path \(place.folder)/scgi;
                uwsgi_temp_path \(place.folder)/uwsgi;
                include \(WebServer.path(of: "bellpull-log.conf"));
                server {
                    listen 127.0.0.1:\(place.port);
                    server_name blog.example.com;
                    root \(place.root);
                    index index.html;
                    location ~ /\\.(?!well-known/) { return 404; }
                    location / { try_files $uri $uri/ =404; }
                    include \(place.included);
                }
            }

            """
        let nginx = [
            "nginx", "-p", place.folder, "-c", "\(place.folder)/main.conf", "-e", "\(place.folder)/error.log",
        ]
        return NeighbourSetup(
            changes: place.gateway + [
                ("/var/log/nginx/bellpull.log", place.log), ("/run/fcgiwrap.socket", socket),
            ],
            main: main,
            commands: [["fcgiwrap", "-f", "-c", "4", "-s", "unix:\(socket)"], nginx], graceful: .signal(SIGHUP),
            check: nginx + ["-t"], programLog: "\(place.folder)/error.log")
    }
}
