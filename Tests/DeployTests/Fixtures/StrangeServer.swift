import Foundation
import TestSupport

/// A server on this machine that is no forge. Ends with the object.
final class StrangeServer: Sendable {
    private let process: Int32
    /// The port on 127.0.0.1.
    let port: Int

    /// Starts `script` in `folder`, with a name for the file that gets the port as `$1`.
    private init(_ script: String, in folder: String) throws {
        let shell = "cd \"$1\" && { \(script) } > server.log 2>&1 < /dev/null & echo $! > \"$1/server.pid\""
        _ = try Shell.command(shell, [folder]).run(until: .now + .seconds(20), cancellation: .init())
        process = try Observation.process(in: "\(folder)/server.pid")
        port = Int(try Observation.process(in: "\(folder)/server.port"))
    }

    deinit { kill(process, SIGKILL) }

    /// Starts an HTTP server: `/403/…` has the status 403, and so on; `/200/…` is a page in HTML; `/302/…` leads to a login
    /// page.
    static func http(in folder: String) throws -> StrangeServer {
        try StrangeServer("exec python3 -c '\(page)';", in: folder)
    }

    /// Starts an HTTPS server with a self-signed certificate of `forge.example`, valid for `days`.
    static func https(in folder: String) throws -> StrangeServer {
        let files = "-key key.pem -cert cert.pem"
        return try StrangeServer(
            """
            openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=forge.example
            port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
            (
                until openssl s_client -connect 127.0.0.1:$port < /dev/null > /dev/null 2>&1; do sleep 0.05; done
                echo $port > server.port
            ) &
            exec openssl s_server -accept $port \(files) -www -quiet;
            """, in: folder)
    }

    private static let page = """
        import http.server
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status = int(self.path.split("/")[1]) if self.path[1:4].isdigit() else 200
                self.send_response(status)
                if status == 302: self.send_header("Location", "/users/sign_in")
                if status == 401: self.send_header("WWW-Authenticate", "Basic realm=forge")
                self.send_header("Content-Type", "text/plain" if status > 400 else "text/html")
                self.end_headers()
                self.wfile.write(b"the forge says no\\n" if status > 400 else b"<p>Log in</p>\\n")
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        open("server.port", "w").write("%d\\n" % server.server_port)
        server.serve_forever()
        """
}
