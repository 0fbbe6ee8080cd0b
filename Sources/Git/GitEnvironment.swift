internal import Foundation

/// The environment of git.
///
/// The environment is built from a list of names and not inherited, so that no part of a request reaches git.
enum GitEnvironment {
    /// The inherited variables. `HTTP_PROXY` is left out: under CGI it is a client's `Proxy:` header (httpoxy).
    private static let inheritedNames = [
        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK",
        "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY",
    ]

    /// Options that keep ssh from asking and from hanging. They come last on the command line: ssh uses the first value
    /// of an option, and the administrator's options must win (ssh_config(5)).
    private static let sshOptions = "-oBatchMode=yes -oConnectTimeout=10 -oServerAliveInterval=15"

    static func variables(from inherited: [String: String], sshCommand: String?) -> [String: String] {
        var variables = inherited.filter { inheritedNames.contains($0.key) }
        // A CGI program may be started without HOME. Git needs HOME for the user's settings, and ssh for the keys.
        if variables["HOME"] == nil { variables["HOME"] = NSHomeDirectory() }
        if variables["PATH"] == nil { variables["PATH"] = "/usr/local/bin:/usr/bin:/bin" }
        variables["LC_ALL"] = "C"
        // Looking at a clone must not take the lock of the index.
        variables["GIT_OPTIONAL_LOCKS"] = "0"
        variables["GIT_TERMINAL_PROMPT"] = "0"
        variables["GIT_ASKPASS"] = "/bin/false"
        variables["SSH_ASKPASS"] = "/bin/false"
        variables["GIT_ALLOW_PROTOCOL"] = "https:http:ssh:git:file"
        variables["GIT_SSH_COMMAND"] = "\(inherited["GIT_SSH_COMMAND"] ?? sshCommand ?? "ssh") \(sshOptions)"
        return variables
    }
}
