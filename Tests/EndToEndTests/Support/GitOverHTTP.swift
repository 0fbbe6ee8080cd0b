import Foundation
import TestSupport

/// The repositories of a forge over http: nginx, fcgiwrap and git-http-backend.
final class GitOverHTTP: Sendable {
    private let root: String
    private let socket: String
    private let program: Program

    /// Starts fcgiwrap for the repositories of `forge`.
    init(_ forge: Forge, in folder: TemporaryFolder) throws {
        root = forge.root
        socket = folder("git.sock")
        program = try Program(
            ["fcgiwrap", "-s", "unix:\(socket)"], environment: Repository.environment(home: folder.path),
            output: folder("git.log"))
        guard Observation.eventually({ access(socket, F_OK) == 0 }) else { throw Trouble("fcgiwrap does not start") }
    }

    func end() { program.end() }

    /// The server block for nginx.
    func server(port: UInt16) -> String {
        """
        server {
            listen 127.0.0.1:\(port);
            location / {
                fastcgi_param SCRIPT_FILENAME   /usr/lib/git-core/git-http-backend;
                fastcgi_param GIT_PROJECT_ROOT  \(root);
                fastcgi_param GIT_HTTP_EXPORT_ALL 1;
                fastcgi_param PATH_INFO         $uri;
                fastcgi_param QUERY_STRING      $args;
                fastcgi_param REQUEST_METHOD    $request_method;
                fastcgi_param CONTENT_TYPE      $content_type;
                fastcgi_param CONTENT_LENGTH    $content_length;
                fastcgi_pass unix:\(socket);
            }
        }
        """
    }
}
