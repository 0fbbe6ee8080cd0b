internal import Git
internal import Text

extension KnownGitMessage {
    /// ssh has no key that it can use. ssh also says `Permission denied (publickey)` then.
    static let keys = [
        KnownGitMessage(
            in: { $0.hasPrefix("Load key") && $0.hasSuffix("bad permissions") }, meaning: "others can read the ssh key"
        ) { failed in (nil, failed.keyFile.map { Remedy(.service("chmod", "600", $0)) } ?? .keyMode) },
        KnownGitMessage(
            in: { $0.hasPrefix("Load key") && $0.hasSuffix("Permission denied") },
            meaning: "bellpull cannot read the ssh key"
        ) { failed in
            guard let file = failed.keyFile else { return (nil, .keyMode) }
            let owner = "\(ServiceUser.current.name):"
            return (nil, Remedy(ShellCommand("chown", owner, file).then(ShellCommand("chmod", "600", file))))
        },
        KnownGitMessage(
            in: { line in
                line.hasPrefix("Load key") && ["error in libcrypto", "invalid format"].contains(where: line.hasSuffix)
            }, meaning: "the file of the ssh key is malformed"
        ) { failed in
            // Editors of Windows write CR LF, and forms drop the last line feed. ssh accepts neither.
            let remedy = failed.keyFile.map { file in
                let file = file.quotedForShell
                return Remedy(
                    .service(script: "sed -i \"s/[[:cntrl:]]*$//\" \(file) && echo >> \(file)"),
                    note: "corrects the ends of the lines; if the problem stays, copy the private key again")
            }
            return (nil, remedy ?? Remedy(note: "copy the private key again, with its last line feed"))
        },
    ]

    /// ssh does not trust the host, or the host does not let ssh in.
    static let hosts = [
        KnownGitMessage(
            "REMOTE HOST IDENTIFICATION HAS CHANGED",
            meaning: "the remote's host key has CHANGED: another machine may be answering",
            quoting: .nothing
        ) { failed in
            let line = failed.error.lines.first { $0.hasPrefix("SHA256:") || $0.hasPrefix("MD5:") }
            let key = line.map {
                String($0.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+/:=".contains($0)) })
            }
            let place = failed.resolved.place
            let named = key.map { "the new key of \(place) is \($0)" } ?? "the host is \(place)"
            return (
                "the remote's host key has CHANGED, and another machine may be answering: \(named)",
                failed.forgetHost(
                    note: "only after you have found \(key ?? "the new key") among the keys that the forge publishes; "
                        + "the next failure then says how to add the new key")
            )
        },
        KnownGitMessage(
            "Host key verification failed", "host key is known for", meaning: "the remote's host key is unknown"
        ) { failed in
            let failed = failed.resolved
            let port = failed.url?.port.map { "-p \($0) " } ?? ""
            let host = (failed.url?.host ?? "HOST").quotedForShell
            let note = "then compare with the keys that the forge publishes: "
            return (
                "the remote's host key is unknown (\(failed.place))",
                Remedy(
                    .service(
                        script: "mkdir -p -m 700 ~/.ssh && ssh-keyscan \(port)\(host) >> ~/.ssh/known_hosts"),
                    note: note + "\(ShellCommand.service(script: "ssh-keygen -lf ~/.ssh/known_hosts"))")
            )
        },
        KnownGitMessage(
            "Permission denied (publickey", "Permission denied (password", "Permission denied (keyboard",
            "Too many authentication failures", meaning: "the remote refuses the ssh key"
        ) { failed in
            guard let url = failed.url, let clone = failed.clone,
                let locked = clone.lockedKeys(for: url, FailedGit.limits).first
            else { return (nil, .showKey(for: failed)) }
            return (
                "the ssh key \(locked) is locked with a passphrase",
                Remedy(
                    .service("ssh-keygen", "-p", "-N", "", "-f", locked),
                    note: "asks for the passphrase and removes it; bellpull cannot enter one")
            )
        },
    ]
}

extension FailedGit {
    /// The file of the key that ssh could not load; `nil` if ssh is not configured to offer the key. A host, and the names
    /// of committed files, can put any line into git's message.
    fileprivate var keyFile: String? {
        guard let file = quoted(after: "Load key"), let url, let clone else { return nil }
        return clone.keys(for: url, Self.limits).contains(file) ? file : nil
    }

    /// The same, with the host and the port that ssh connects to.
    fileprivate var resolved: FailedGit {
        guard let url, let clone, url.transport == .ssh else { return self }
        return FailedGit(error, in: path, clone, resolvedURL: clone.resolve(url, Self.limits))
    }

    /// Removes the host from the file of known hosts that ssh names.
    fileprivate func forgetHost(note: String) -> Remedy {
        let named = error.lines.first { $0.hasPrefix("Host key for ") }?.dropFirst("Host key for ".count)
        let url = resolved.url
        let known = url.map { url in url.port.map { "[\(url.host)]:\($0)" } ?? url.host }
        let host = named.map { String($0.prefix { $0 != " " }) } ?? known ?? "HOST"
        let offending = error.lines.first { $0.hasPrefix("Offending ") && $0.contains(" key in ") }
        let parts = offending?.split(separator: " key in ", maxSplits: 1).last?.split(separator: ":").dropLast()
        guard let file = parts?.joined(separator: ":"), !file.isEmpty else {
            return Remedy(.service("ssh-keygen", "-R", host), note: note)
        }
        let words = ["ssh-keygen", "-f", file, "-R", host]
        // The file of the whole machine belongs to root.
        let isOfRoot = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"].contains(file)
        return Remedy(isOfRoot ? ShellCommand(words: words) : .service(words: words), note: note)
    }
}

extension Remedy {
    fileprivate static var keyMode: Remedy {
        Remedy(note: "the key must belong to \(ServiceUser.current.name), with mode 600")
    }

    /// Shows the public key of the user who deploys, and creates the key if there is none.
    static func showKey(for failed: FailedGit) -> Remedy {
        let create = "ssh-keygen -q -t ed25519 -N \"\" -f ~/.ssh/id_ed25519"
        return Remedy(
            .service(
                script: "ls ~/.ssh/*.pub > /dev/null 2>&1 || { mkdir -p -m 700 ~/.ssh && \(create); }; cat ~/.ssh/*.pub"
            ),
            note: "add this key to the deploy keys of \(failed.repository) at the forge")
    }
}
