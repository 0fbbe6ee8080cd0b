internal import Foundation

/// The environment git runs in: built, not inherited, so that nothing of a request ever reaches it.
enum GitEnvironment {
    /// What is handed on. Of the proxies not `HTTP_PROXY`: under CGI that is a client's `Proxy:` header (httpoxy).
    private static let inheritedNames = [
        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK",
        "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY",
    ]

    /// Options that keep ssh from asking and from waiting for ever. They come last: ssh takes the first value it is given
    /// for an option, so that the administrator's own have precedence (ssh_config(5)).
    private static let sshOptions = "-oBatchMode=yes -oConnectTimeout=10 -oServerAliveInterval=15"

    static func variables(from inherited: [String: String], sshCommand: String?) -> [String: String] {
        var variables = inherited.filter { inheritedNames.contains($0.key) }
        // A CGI program may be started without; git looks for its user's settings there, and ssh's keys are there.
        if variables["HOME"] == nil { variables["HOME"] = NSHomeDirectory() }
        if variables["PATH"] == nil { variables["PATH"] = "/usr/local/bin:/usr/bin:/bin" }
        variables["LC_ALL"] = "C"
        variables["GIT_TERMINAL_PROMPT"] = "0"
        variables["GIT_ASKPASS"] = "/bin/false"
        variables["SSH_ASKPASS"] = "/bin/false"
        variables["GIT_ALLOW_PROTOCOL"] = "https:http:ssh:git:file"
        variables["GIT_SSH_COMMAND"] = "\(inherited["GIT_SSH_COMMAND"] ?? sshCommand ?? "ssh") \(sshOptions)"
        return variables
    }
}
