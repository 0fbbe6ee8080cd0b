internal import Git
internal import Text

extension KnownGitMessage {
    /// The remote has moved, or does not let the clone in.
    static let access = [
        KnownGitMessage(
            "This repository moved", "was moved to", meaning: "the repository has moved", quoting: .forge
        ) { failed in
            MovedRemote(in: failed.error.message).map { moved in
                let url = failed.url
                let resolved = url.flatMap { failed.clone?.resolve($0, FailedGit.limits) }
                return moved.remedy(failed.remote, at: url, resolved: resolved, in: failed.path)
            }
        },
        KnownGitMessage(
            "Repository not found", "' not found", "does not appear to be a git repository",
            "could not be found or you don't have permission", "Cannot find repository", "epository does not exist",
            "epository access denied", "is not authorized to read", "Gitea: Unauthorized",
            "access denied or repository",
            meaning: "the remote has no such repository, or does not show it to this key", quoting: .forge
        ) { failed in
            let url = failed.git("remote", "get-url", failed.remote)
            switch failed.url?.transport {
            case .ssh:
                let key = Remedy.showKey(for: failed)
                return Remedy(
                    url.then(key.command ?? url),
                    note: "if the URL is right, add the key to the deploy keys of \(failed.repository) at the forge")
            case .http:
                return .useSSH(
                    failed, note: "if the repository is private; if it was renamed, set the new URL in the same way")
            default:
                return Remedy(url, note: "must show the repository; to correct it: git remote set-url")
            }
        },
        KnownGitMessage(
            "could not read Username", "could not read Password",
            meaning: "the remote asks for a password: the repository is private, or not there", quoting: .forge
        ) { .useSSH($0, note: "if the repository is private; otherwise correct the URL in the same way") },
        KnownGitMessage(
            "Authentication failed for", "returned error: 401", meaning: "the remote refuses the credentials",
            quoting: .forge
        ) { .useSSH($0, note: "or renew the token in the URL or in the credential helper") },
        KnownGitMessage("returned error: 403", meaning: "the remote refuses access", quoting: .forge) {
            .useSSH($0, note: "or let the token read the repository; a forge may also have blocked this address")
        },
        KnownGitMessage("returned error: 429", meaning: "the remote gets too many requests", quoting: .forge) { _ in
            Remedy(
                note: "set a longer catch_up, such as catch_up = \"1h\", in bellpull.toml; the next push tries again")
        },
        KnownGitMessage("returned error: 5", meaning: "the remote has an error of its own", quoting: .forge) {
            Remedy(
                $0.ask, note: "shows the commit of the remote when the forge works again; the next push then deploys")
        },
    ]

    /// Something else than git answers over HTTPS.
    static let web = [
        KnownGitMessage(
            "not valid: is this a git repository?", "unable to update url base from redirection",
            meaning: "the URL of the remote leads to a web page, such as a login page"
        ) { .useSSH($0, note: "a forge answers so if the repository is private or the path is wrong") },
        KnownGitMessage(
            "certificate has expired", "certificate expired", "expiration date has passed",
            meaning: "the remote's TLS certificate has expired"
        ) {
            .showCertificate($0, note: "the forge has to renew the certificate, unless this machine's clock is wrong")
        },
        KnownGitMessage(
            "certificate subject name", "target host name", "does not match target host",
            "doesn't match requested host", meaning: "the remote's TLS certificate is for another host name"
        ) { .showCertificate($0, note: "the URL of the remote must have one of the certificate's names") },
        KnownGitMessage(
            "self-signed certificate", "self signed certificate", "unable to get local issuer",
            "server certificate verification failed", "SSL certificate problem", "signer not found",
            meaning: "the remote's TLS certificate is not trusted: self-signed, of an unknown authority, or expired"
        ) {
            .showCertificate(
                $0,
                note: "if the certificate is your forge's, copy its authority's certificate to "
                    + "/usr/local/share/ca-certificates/NAME.crt and run update-ca-certificates")
        },
        KnownGitMessage(
            "gnutls_handshake() failed", "SSL_connect", "SSL_ERROR", "wrong version number", "TLS connect error",
            meaning: "the remote does not speak TLS"
        ) { Remedy($0.ask, note: "must show a commit; the port or the scheme of the URL may be wrong") },
    ]

    /// The remote does not answer.
    static let network = [
        KnownGitMessage(
            "Could not resolve host", "Name or service not known", "Temporary failure in name resolution",
            "nodename nor servname", "Unable to look up", "No address associated with hostname",
            meaning: "the remote's host name is unknown"
        ) { failed in
            let host = failed.url.map(\.host).flatMap { $0.isEmpty ? nil : $0 } ?? "HOST"
            return Remedy(
                ShellCommand("getent", "hosts", host),
                note: "prints an address when DNS knows the host; if the name is wrong: "
                    + "\(failed.git("remote", "set-url", failed.remote, "URL"))")
        },
        KnownGitMessage(
            "timed out", "Timeout was reached", "Operation too slow", "transfer closed with", "No route to host",
            "Network is unreachable", "Couldn't connect to server", "Failed to connect",
            meaning: "the remote does not answer"
        ) { Remedy($0.ask, note: "must show a commit; a firewall may drop the packets to \($0.place)") },
        KnownGitMessage(
            "Connection refused", meaning: "the remote refuses the connection"
        ) { Remedy($0.ask, note: "must show a commit; the forge is down, or \($0.place) is wrong") },
        KnownGitMessage(
            "Connection closed by", "Connection reset by", "kex_exchange_identification", "unexpected disconnect",
            "Empty reply from server", "the remote end hung up", "early EOF",
            meaning: "the remote ended the connection", quoting: .forge
        ) { Remedy($0.ask, note: "must show a commit; the forge may limit the number of connections") },
        KnownGitMessage(
            "unable to access", "Could not read from remote repository", "unable to connect to",
            meaning: "the remote cannot be reached", quoting: .forge
        ) { Remedy($0.git("fetch", $0.remote), note: "shows why") },
    ]
}

extension Remedy {
    /// Has the clone use ssh in place of HTTPS.
    fileprivate static func useSSH(_ failed: FailedGit, note: String) -> Remedy {
        guard let url = failed.url, url.transport == .http else {
            return Remedy(failed.ask, note: "must show a commit")
        }
        let path = url.repository
        let ssh = "git@\(url.host):\(path).git"
        return Remedy(failed.git("remote", "set-url", failed.remote, ssh), note: "uses ssh and a deploy key, \(note)")
    }

    /// Shows the certificate of the remote.
    fileprivate static func showCertificate(_ failed: FailedGit, note: String) -> Remedy {
        let host = failed.url?.host ?? "HOST"
        let server = "\(host.contains(":") ? "[\(host)]" : host):\(failed.url?.port ?? 443)".quotedForShell
        let show = "openssl x509 -noout -subject -issuer -dates -ext subjectAltName"
        return Remedy(
            ShellCommand(
                script: "openssl s_client -connect \(server) -servername \(host.quotedForShell) < /dev/null | \(show)"),
            note: note)
    }
}
