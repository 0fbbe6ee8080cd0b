import Configuration
import Deploy
import Git
import Text

/// Why git cannot read a remote, from the words of git and ssh in the C locale.
struct RemoteProblem: Error {
    enum Kind: CaseIterable {
        case diskFull, hostKeyChanged, hostKeyUnknown, keyRefused, credentials, notFound, unknownHost, certificate,
            refused, silent, noSSH, other
    }

    let kind: Kind
    private let error: GitError
    private let url: RemoteURL
    private let text: String

    /// The words by which a problem is known. The first match counts: a full disk or a changed host key also causes later words.
    private static let words: [(Kind, [String])] = [
        (.diskFull, ["No space left on device", "Disk quota exceeded", "Out of diskspace"]),
        (.hostKeyChanged, ["REMOTE HOST IDENTIFICATION HAS CHANGED"]),
        (.hostKeyUnknown, ["Host key verification failed", "host key is known for"]),
        (
            .notFound,
            [
                "Repository not found", "' not found", "does not appear to be a git repository",
                "Cannot find repository",
                "could not be found or you don't have permission", "epository does not exist",
                "epository access denied", "is not authorized to read", "access denied or repository",
                "not valid: is this a git repository?",
            ]
        ),
        (
            .keyRefused,
            ["Permission denied (publickey", "Permission denied (password", "Too many authentication failures"]
        ),
        (
            .credentials,
            [
                "could not read Username", "could not read Password", "Authentication failed for",
                "returned error: 401", "returned error: 403", "unable to update url base from redirection",
            ]
        ),
        (
            .unknownHost,
            [
                "Could not resolve host", "Name or service not known", "Temporary failure in name resolution",
                "No address associated",
            ]
        ),
        (
            .certificate,
            [
                "certificate", "gnutls_handshake() failed", "SSL_connect", "TLS connect error", "wrong version number",
            ]
        ),
        (.refused, ["Connection refused"]),
        (
            .silent,
            [
                "timed out", "Timeout was reached", "No route to host", "Network is unreachable", "Failed to connect",
                "Couldn't connect", "Connection closed by", "Connection reset by", "Operation too slow",
            ]
        ),
        (.noSSH, ["ssh: not found", "ssh: No such file", "cannot run ssh"]),
    ]

    init(_ error: GitError, url: String) {
        self.error = error
        self.url = RemoteURL(url)
        text = url.withoutCredentials
        kind =
            error.termination == .timedOut
            ? .silent
            : Self.words.first { _, words in
                error.lines.contains { line in words.contains { line.contains($0) } }
            }?.0 ?? .other
    }

    /// Whether a key that the remote does not know yet may be all that is missing.
    var mayNeedKey: Bool { kind == .keyRefused || kind == .notFound || kind == .credentials }

    /// The problem and its remedy.
    ///
    /// - Parameter repository: the repository as the person named it.
    func explanation(of repository: String) -> Explanation {
        let host = url.host.escapedForDisplay
        let place = url.port.map { "\(host), port \($0)" } ?? host
        return switch kind {
        case .diskFull:
            Explanation("the disk is full: \(line)", hint: "df -h  # free some space, and run the command again")
        case .hostKeyChanged:
            Explanation(
                "the host key of \(place) has CHANGED: another machine may be answering",
                hint: "compare the new key with the keys that the forge publishes, before anything else: "
                    + "ssh-keyscan \(host) | ssh-keygen -lf -")
        case .hostKeyUnknown:
            Explanation(
                "the host key of \(place) is unknown", hint: "ssh-keyscan \(url.host.quotedForShell)  # must show a key"
            )
        case .keyRefused: Explanation("\(place) refuses the ssh key", hint: "enter the key at the forge")
        case .credentials:
            Explanation(
                "\(repository) is private, or is not there: \(host) asks for a password",
                hint:
                    "correct the name; or, for a private repository: \(ServiceUnit.current.command) add \("git@\(host):\(url.path.escapedForDisplay)".quotedForShell)"
            )
        case .notFound where url.transport == .local:
            Explanation(
                "\(repository) is not a git repository",
                hint: "ls -d \(("/" + url.path).quotedForShell)  # must be a repository")
        case .notFound:
            Explanation(
                "\(host.isEmpty ? "the remote" : host) has no repository \(url.repository.escapedForDisplay): \(line)",
                hint: url.transport == .http
                    ? "correct the name; or, for a private repository: \(ServiceUnit.current.command) add \("git@\(host):\(url.path.escapedForDisplay)".quotedForShell)"
                    : "correct the name")
        case .unknownHost:
            Explanation(
                "the host name \(host) is unknown",
                hint: "getent hosts \(url.host.quotedForShell)  # prints an address if DNS works and knows the host")
        case .certificate:
            Explanation(
                "the TLS certificate of \(place) is not trusted: \(line)",
                hint:
                    "if the certificate is of your own authority, copy the authority's to /usr/local/share/ca-certificates/NAME.crt, and run update-ca-certificates"
            )
        case .refused:
            Explanation(
                "\(place) refuses the connection",
                hint: "the forge is down, or the host or the port of the URL is wrong")
        case .silent:
            Explanation(
                "\(place) does not answer: \(line)",
                hint:
                    "is this machine online? Otherwise the host or the port is wrong, the forge is down, or a firewall is in the way"
            )
        case .noSSH: Explanation("ssh is not installed", hint: "apt-get install openssh-client")
        case .other:
            Explanation(
                "\(repository) cannot be read: \(line)",
                hint: "\(ShellCommand.service("git", "ls-remote", "--", text))  # shows more")
        }
    }

    private var line: String { error.firstLine.escapedForDisplay }
}
