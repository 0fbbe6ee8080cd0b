import AccessLog
import Foundation

/// The access logs to audit.
enum AuditLogs {
    /// The log of the snippet for nginx.
    static let shipped = "/var/log/nginx/bellpull.log"

    /// Opens the logs at `paths`; `-` is standard input. Without a path, opens the log of the hook in nginx's configuration
    /// with its rotated files.
    static func open(_ paths: [String]) throws(CommandError) -> [AccessLogFile] {
        do throws(AccessLogFile.OpenError) {
            var files: [AccessLogFile] = []
            for path in paths { files.append(path == "-" ? .standardInput : try AccessLogFile(path: path)) }
            guard paths.isEmpty else { return files }
            for path in configured { files += try AccessLogFile.rotated(path) }
            return files
        } catch {
            throw CommandError(
                .failure, error.explanation.message,
                hint: error.explanation.hint ?? "name the access log of the hook, in the format bellpull")
        }
    }

    /// The paths of the logs in the format `bellpull`, of all locations in `/etc/nginx` that pass requests to the socket.
    private static var configured: [String] {
        let passes =
            NginxConfiguration(at: "/etc/nginx").map { FastCGIPass.find(in: $0, to: WebServerOptions.defaultSocket) }
            ?? []
        let logs = passes.flatMap { $0.directives("access_log") }
            .filter { $0.arguments.dropFirst().first == "bellpull" }.compactMap(\.arguments.first)
            .filter { $0.hasPrefix("/") && !$0.contains("$") }
        return logs.isEmpty ? [shipped] : Array(Set(logs)).sorted()
    }
}
