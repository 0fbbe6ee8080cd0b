import Foundation
import TestSupport

extension RemedyStage {
    /// The private key of the site.
    var key: String { "\(blog.folder)/id_test" }
    /// The known hosts of the site.
    var knownHosts: String { "\(blog.folder)/home/.ssh/known_hosts" }
    /// The host key of the forge.
    static let hostKey = "AAAAnew"

    /// Lets the site reach its remote over a fake ssh, as `blog-host`: an alias of forge.example, port 2222.
    ///
    /// The fake has the manners and the words of ssh: it checks the host key in `known_hosts`, loads the private key with
    /// the real ssh-keygen, and lets in who has the public key in the file `deploy-keys`.
    func useSSH() throws {
        for folder in ["bin", "home"] {
            try FileManager.default.createDirectory(
                atPath: "\(blog.folder)/\(folder)", withIntermediateDirectories: false)
        }
        try Shell.writeExecutable(ssh, to: "\(blog.folder)/ssh")
        try Shell.writeExecutable(keyScan, to: "\(blog.folder)/bin/ssh-keyscan")
        try blog.git("config", "core.sshCommand", "\(blog.folder)/ssh", in: blog.site)
        try blog.git("config", "ssh.variant", "ssh", in: blog.site)
        try blog.git("remote", "set-url", "origin", "git@blog-host:alice/blog.git", in: blog.site)
    }

    /// Creates the key and gives it to the forge.
    func makeKey(passphrase: String = "") throws {
        let script = """
            cd "$1" && ssh-keygen -q -t ed25519 -N "$2" -f id_test && cat id_test.pub >> deploy-keys \
            && mkdir -p -m 700 home/.ssh && echo '[forge.example]:2222 ssh-ed25519 \(Self.hostKey)' > home/.ssh/known_hosts
            """
        let completion = try Shell.command(script, [blog.folder, passphrase]).run(
            until: .now + .seconds(20), cancellation: .init())
        guard completion.isSuccess else { throw Trouble(completion.errors) }
    }

    private var keyScan: String {
        """
        #!/bin/sh
        test "$*" = "-p 2222 forge.example" || exit 1
        echo '# forge.example:2222 SSH-2.0-OpenSSH' >&2
        echo '[forge.example]:2222 ssh-ed25519 \(Self.hostKey)'
        """
    }

    private var ssh: String {
        """
        #!/bin/sh
        say() { printf '%s\\r\\n' "$1" >&2; }
        if [ "$1" = -o"BatchMode=yes" ]; then shift 3; fi
        for word; do
            case $word in -G)
                printf 'hostname forge.example\\nport 2222\\nidentityfile ~/.ssh/none\\nidentityfile \(key)\\n'; exit;;
            esac
        done
        if ! grep -q '^.forge.example.:2222 ' '\(knownHosts)' 2>/dev/null; then
            say 'Host key verification failed.'; exit 255
        fi
        if ! grep -q '\(Self.hostKey)$' '\(knownHosts)'; then
            say '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @'
            say 'The fingerprint for the ED25519 key sent by the remote host is'
            say 'SHA256:new.'
            say 'Offending ED25519 key in \(knownHosts):1'
            say 'Host key for [forge.example]:2222 has changed and you have requested strict checking.'
            say 'Host key verification failed.'; exit 255
        fi
        for key in '\(key)' '\(blog.folder)/home/.ssh/id_ed25519'; do
            test -e "$key" || continue
            if [ -e '\(blog.folder)/unreadable' ]; then say "Load key \\"$key\\": Permission denied"; continue; fi
            if [ $(stat -c %a "$key") != 600 ]; then
                say "Permissions 0$(stat -c %a "$key") for '$key' are too open."
                say "Load key \\"$key\\": bad permissions"
                continue
            fi
            if ! public=$(ssh-keygen -y -P '' -f "$key" 2>'\(blog.folder)/load'); then
                grep -q passphrase '\(blog.folder)/load' || say "Load key \\"$key\\": error in libcrypto"
                continue
            fi
            if grep -q "$(echo "$public" | cut -d ' ' -f 2)" '\(blog.folder)/deploy-keys' 2>/dev/null; then
                for command; do :; done
                exec sh -c "${command%% *} '\(blog.remote)'"
            fi
        done
        say 'git@forge.example: Permission denied (publickey).'; exit 255
        """
    }
}
