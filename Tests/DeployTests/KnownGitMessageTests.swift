@testable import Processes
import Foundation
import TestSupport
import Testing

@testable import Deploy
@testable import Git
@testable import Text

/// Each known message, word for word as git, ssh and the forges write it, with its explanation for the user `bellpull`.
@Suite(.onPlainThreads) struct `a known message of git` {
    /// A message, the URL of the remote, and the explanation.
    struct Known: Sendable, CustomTestStringConvertible {
        let errors: String
        let url: String
        let message: String
        let hint: String

        init(
            _ errors: String, url: String = "ssh://git@forge.example:2222/alice/blog.git", _ message: String,
            hint: String
        ) {
            (self.errors, self.url, self.message, self.hint) = (errors, url, message, hint)
        }

        var testDescription: String { message }
    }

    private static let git = "runuser -u bellpull -- git -C '/srv/my blog'"
    private static let ending =
        "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\n"
        + "and the repository exists.\n"
    private static let https = "https://forge.example/alice/blog.git"
    private static let useSSH = "\(git) remote set-url origin git@forge.example:alice/blog.git  # "
    private static let local = [
        Known(
            "error: cannot pull with rebase: You have unstaged changes.\nerror: please commit or stash them.",
            "the clone has local changes: error: cannot pull with rebase: You have unstaged changes.",
            hint: "\(git) stash  # puts the changes aside; to look at them first: \(git) diff HEAD"),
        Known(
            "fatal: couldn't find remote ref refs/heads/main",
            "the branch does not exist at the remote: fatal: couldn't", hint: "\(git) ls-remote origin"),
        Known(
            "Your configuration specifies to merge with the ref 'refs/heads/main'\nfrom the remote, but no such ref was fetched.",
            "the branch does not exist at the remote: from the remote, but", hint: "\(git) ls-remote origin"),
        Known(
            "Committer identity unknown\n\n*** Please tell me who you are.\n\nfatal: no email was given",
            "git needs a name to rebase local commits: Committer",
            hint: "\(git) config user.name bellpull && \(git) config user.email bellpull@localhost"),
        Known(
            "error: unable to unlink old 'index.html': Permission denied", "part of the clone is not writable: error",
            hint: "chown -R bellpull: '/srv/my blog'  # git was probably run as root there"),
        Known(
            "error: cannot open '.git/FETCH_HEAD': Permission denied", "part of the clone is not writable: error",
            hint: "chown -R bellpull: '/srv/my blog'"),
        Known(
            "error: insufficient permission for adding an object to repository database .git/objects\nfatal: failed",
            "part of the clone is not writable: error", hint: "chown -R bellpull: '/srv/my blog'"),
        Known(
            "fatal: detected dubious ownership in repository at '/srv/my blog'",
            "git refuses the repository of another user: fatal", hint: "chown -R bellpull: '/srv/my blog'"),
        Known(
            "fatal: detected dubious ownership in repository at '/srv/git/blog.git'\n\(ending)",
            url: "/srv/git/blog.git",
            "git refuses the repository of another user: fatal",
            hint: "runuser -u bellpull -- git config --global --add safe.directory /srv/git/blog.git"),
        Known(
            "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output",
            "the disk is full: fatal: write error", hint: "df -h '/srv/my blog'  # free some space"),
        Known(
            "fatal: sha1 file '/srv/my blog/.git/index.lock' write error. Out of diskspace",
            "the disk is full: fatal: sha1 file", hint: "df -h '/srv/my blog'  # free some space"),
        Known(
            "error: cannot create pipe for x: Too many open files\n\(ending)",
            "bellpull may not open more files: error",
            hint: DropIn.moreFiles),
        Known(
            "error: cannot lock ref: Read-only file system", "the disk with the clone is read-only: error",
            hint: "mount -o remount,rw \"$(findmnt -no TARGET -T '/srv/my blog')\""),
        Known("fatal: unable to write new index file", "a file cannot be written: ", hint: "df -h '/srv/my blog'"),
        Known(
            "error: bad index file sha1 signature\nfatal: index file corrupt", "the index of the clone is damaged: ",
            hint: "runuser -u bellpull -- sh -c 'cd '\\''/srv/my blog'\\'' && rm \"$(git rev-parse --git-path index)\""),
        Known(
            "error: loose object 1a2b3c (stored in .git/objects/1a/2b3c) is corrupt", "the repository is damaged: ",
            hint: "install -d -o bellpull '/srv/my blog.new' && runuser -u bellpull -- sh -c 'git clone "),
        Known(
            "fatal: Unable to create '/srv/my blog/.git/index.lock': File exists.\n\nAnother git process seems to be",
            "another git is running in the clone: fatal: Unable to create",
            hint: "remove the lock file if no git is running"),
    ]

    private static let ssh = [
        Known(
            """
            @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
            @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r
            @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
            IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r
            Someone could be eavesdropping on you right now (man-in-the-middle attack)!\r
            It is also possible that a host key has just been changed.\r
            The fingerprint for the ED25519 key sent by the remote host is\nSHA256:abc.\r
            Please contact your system administrator.\r
            Add correct host key in /var/lib/bellpull/.ssh/known_hosts to get rid of this message.\r
            Offending ED25519 key in /var/lib/bellpull/.ssh/known_hosts:1\r
              remove with:\r
              ssh-keygen -f "/var/lib/bellpull/.ssh/known_hosts" -R "[forge.example]:2222"\r
            Host key for [forge.example]:2222 has changed and you have requested strict checking.\r
            Host key verification failed.\r
            \(ending)
            """,
            "the remote's host key has CHANGED, and another machine may be answering: "
                + "the new key of forge.example, port 2222 is SHA256:abc",
            hint: "runuser -u bellpull -- ssh-keygen -f /var/lib/bellpull/.ssh/known_hosts -R '[forge.example]:2222'"
                + "  # only after you have found SHA256:abc among the keys that the forge publishes"),
        Known(
            "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nOffending RSA key in /etc/ssh/ssh_known_hosts:7\n"
                + "Host key for forge.example has changed and you have requested strict checking.\n\(ending)",
            url: "git@forge.example:alice/blog.git", "the remote's host key has CHANGED, ",
            hint: "ssh-keygen -f /etc/ssh/ssh_known_hosts -R forge.example  # only after"),
        Known(
            "Host key verification failed.\r\n\(ending)",
            "the remote's host key is unknown (forge.example, port 2222): Host key verification failed.",
            hint: "runuser -u bellpull -- sh -c 'mkdir -p -m 700 ~/.ssh && "
                + "ssh-keyscan -p 2222 forge.example >> ~/.ssh/known_hosts'  # then compare with the keys that the forge "
                + "publishes: runuser -u bellpull -- sh -c 'ssh-keygen -lf ~/.ssh/known_hosts'"),
        Known(
            "Host key verification failed.\r\n\(ending)", url: "git@forge.example:alice/blog.git",
            "the remote's host key is unknown (forge.example): ",
            hint: "runuser -u bellpull -- sh -c 'mkdir -p -m 700 ~/.ssh && ssh-keyscan forge.example >> "),
        Known(
            """
            @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
            @         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\r
            @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
            Permissions 0644 for '/var/lib/bellpull/.ssh/id_ed25519' are too open.\r
            It is required that your private key files are NOT accessible by others.\r
            This private key will be ignored.\r
            Load key "/var/lib/bellpull/.ssh/id_ed25519": bad permissions\r
            git@forge.example: Permission denied (publickey).\r
            \(ending)
            """, "others can read the ssh key: Load key \"/var/lib/bellpull/.ssh/id_ed25519\": bad permissions",
            hint: "the key must belong to bellpull, with mode 600"),
        Known(
            "Load key \"/srv/key\": error in libcrypto\r\ngit@x: Permission denied (publickey).\r\n\(ending)",
            "the file of the ssh key is malformed: Load key \"/srv/key\": error in libcrypto",
            hint: "copy the private key again"),
        Known(
            "Load key \"/srv/key\": invalid format\r\ngit@x: Permission denied (publickey).\r\n\(ending)",
            "the file of the ssh key is malformed: ", hint: "copy the private key again"),
        Known(
            "Load key \"/srv/key\": Permission denied\r\ngit@x: Permission denied (publickey).\r\n\(ending)",
            "bellpull cannot read the ssh key: ", hint: "the key must belong to bellpull, with mode 600"),
        Known(
            "git@forge.example: Permission denied (publickey).\r\n\(ending)",
            "the remote refuses the ssh key: git@forge.example: Permission denied (publickey).",
            hint: "runuser -u bellpull -- sh -c 'ls ~/.ssh/*.pub "),
    ]

    private static let notFound = [
        ("ERROR: Repository not found.\r\n\(ending)", "ERROR: Repository not found."),
        (
            "remote: \nremote: =====\nremote: \nremote: ERROR: The project you were looking for could not be found or you "
                + "don't have permission to view it.\nremote: \n\(ending)",
            "remote: ERROR: The project you were looking for could not be found or you don't have permission to view it."
        ),
        ("Gitea: Unauthorized\n\(ending)", "Gitea: Unauthorized"),
        (
            "remote: \nremote: Gitea: Cannot find repository: alice/blog        \nremote: \n\(ending)",
            "remote: Gitea: Cannot find repository: alice/blog"
        ),
        ("fatal: '/srv/blog.git' does not appear to be a git repository\n\(ending)", "fatal: '/srv/blog.git' does not"),
    ].map { errors, line in
        Known(
            errors, "the remote has no such repository, or does not show it to this key: \(line)",
            hint: "\(git) remote get-url origin && runuser -u bellpull -- sh -c 'ls ~/.ssh/*.pub ")
    }

    private static let web = [
        Known(
            "remote: Repository not found.\nfatal: repository '\(https)/' not found", url: https,
            "the remote has no such repository, or does not show it to this key: remote: Repository not found.",
            hint: useSSH),
        Known(
            "error: unable to read askpass response from '/bin/false'\n"
                + "fatal: could not read Username for 'https://forge.example': terminal prompts disabled", url: https,
            "the remote asks for a password: the repository is private, or not there: fatal: could not read Username",
            hint: useSSH),
        Known(
            "remote: Invalid username or password.\nfatal: Authentication failed for 'https://a:b@forge.example/x/y/'",
            url: https, "the remote refuses the credentials: remote: Invalid username or password.", hint: useSSH),
        Known(
            "remote: Write access to repository not granted.\n"
                + "fatal: unable to access '\(https)/': The requested URL returned error: 403", url: https,
            "the remote refuses access: remote: Write access", hint: useSSH),
        Known(
            "fatal: unable to access '\(https)/': The requested URL returned error: 429", url: https,
            "the remote gets too many requests: fatal", hint: "set a longer catch_up, "),
        Known(
            "fatal: unable to access '\(https)/': The requested URL returned error: 502", url: https,
            "the remote has an error of its own: fatal", hint: "\(git) ls-remote origin HEAD"),
        Known(
            "fatal: \(https)/info/refs not valid: is this a git repository?", url: https,
            "the URL of the remote leads to a web page, such as a login page: fatal", hint: useSSH),
        Known(
            "fatal: unable to access '\(https)/': SSL certificate problem: certificate has expired", url: https,
            "the remote's TLS certificate has expired: fatal",
            hint: "openssl s_client -connect forge.example:443 -servername forge.example < /dev/null | openssl x509"),
        Known(
            "fatal: unable to access 'https://forge.example:8443/x/': SSL: no alternative certificate subject name matches "
                + "target host name 'forge.example'", url: "https://forge.example:8443/x",
            "the remote's TLS certificate is for another host name: fatal",
            hint: "openssl s_client -connect forge.example:8443 -servername forge.example "),
        Known(
            "fatal: unable to access '\(https)/': server certificate verification failed. CAfile: none CRLfile: none",
            url: https, "the remote's TLS certificate is not trusted: ", hint: "openssl s_client "),
        Known(
            "fatal: unable to access '\(https)/': Could not resolve host: forge.example", url: https,
            "the remote's host name is unknown: fatal: unable to access", hint: "getent hosts forge.example  # "),
        Known(
            "ssh: Could not resolve hostname forge.example: Name or service not known\r\n\(ending)",
            "the remote's host name is unknown: ssh: Could not", hint: "getent hosts forge.example"),
        Known(
            "ssh: connect to host forge.example port 2222: Connection refused\r\n\(ending)",
            "the remote refuses the connection: ssh: connect",
            hint:
                "\(git) ls-remote origin HEAD  # must show a commit; the forge is down, or forge.example, port 2222 is"),
        Known(
            "ssh: connect to host forge.example port 2222: Connection timed out\r\n\(ending)",
            "the remote does not answer: ssh: connect", hint: "\(git) ls-remote origin HEAD"),
        Known(
            "fatal: unable to access '\(https)/': Failed to connect to forge.example port 443 after 0 ms: Couldn't connect "
                + "to server", url: https, "the remote does not answer: fatal", hint: "\(git) ls-remote origin HEAD"),
        Known(
            "kex_exchange_identification: Connection closed by remote host\r\n\(ending)",
            "the remote ended the connection: kex", hint: "\(git) ls-remote origin HEAD"),
        Known(ending, "the remote cannot be reached: fatal: Could", hint: "\(git) fetch origin  # shows why"),
        Known(
            "remote: This repository moved. Please use the new location:\nremote:   git@forge.example:alice/site.git\n\(ending)",
            "the repository has moved: remote: This repository moved.",
            hint: "\(git) remote set-url origin git@forge.example:alice/site.git && \(git) fetch origin"),
    ]

    @Test(arguments: local + ssh + notFound + web)
    func `has a meaning, and a remedy that names the user, the path and the host`(_ known: Known) throws {
        let completion = Command.Completion(termination: .exited(1), output: "", errors: known.errors)
        let error = GitError(arguments: ["pull", "--rebase"], completion: completion)
        let failed = FailedGit(error, in: "/srv/my blog", nil, resolvedURL: RemoteURL(known.url))
        let (explanation, _) = ServiceUser.$assumed.withValue(ServiceUser(name: "bellpull")) {
            KnownGitMessage.explanation(of: failed)
        }
        #expect(explanation.message.hasPrefix(known.message), "\(explanation.message)")
        #expect(!explanation.text.contains("\r") && explanation.text.split(separator: "\n").count == 2)
        let hint = try #require(explanation.hint)
        #expect(hint.hasPrefix(known.hint), "\(hint)")
        let isProse = ["the key must", "copy the private", "remove the lock", "set a longer"].contains(
            where: hint.hasPrefix)
        guard !isProse else { return }
        let check = try Shell.command("printf '%s\\n' \"$1\" | sh -n", [hint]).run(
            until: .now + .seconds(20), cancellation: Cancellation())
        #expect(check.isSuccess, "\(check.errors)")
        // Git as root would leave files that the service cannot write to.
        for part in hint.split(separator: "  # ")[0].components(separatedBy: " && ")
        where part.contains("git -C '/srv/my") {
            #expect(part.hasPrefix("runuser -u bellpull -- "), "\(part)")
        }
    }

    /// Whoever answers for the remote can make ssh and git print any line.
    @Test func `does not have root touch a file that only the remote names`() {
        for errors in [
            "Load key \"/etc/shadow\": Permission denied\r\n", "remote: Unable to create '/etc/x.lock': File exists.\n",
            "Unable to create '/srv/my blog/../../etc/x.lock': File exists.\n",
            "Unable to create '/etc/x.lock': File exists.\n", "Load key \"/etc/shadow\": bad permissions\r\n",
            "Load key \"/etc/passwd\": invalid format\r\n",
            "fatal: detected dubious ownership in repository at '/etc'\n",
        ] {
            let completion = Command.Completion(termination: .exited(1), output: "", errors: errors)
            let error = GitError(arguments: ["pull"], completion: completion)
            let url = RemoteURL("git@forge.example:alice/blog.git")
            let failed = FailedGit(error, in: "/srv/my blog", nil, resolvedURL: url)
            #expect(KnownGitMessage.explanation(of: failed).0.hint?.contains("/etc") != true)
        }
    }

    /// The remote may be damaged, or its disk full. The clone is not.
    @Test(arguments: [
        "remote: fatal: loose object 1a2b3c (stored in ./objects/1a/2b3c) is corrupt\n",
        "remote: fatal: write error: No space left on device\n",
        "remote: error: insufficient permission for adding an object to repository database ./objects\n",
    ])
    func `tells the problems of the remote from those of the clone`(_ line: String) {
        let completion = Command.Completion(termination: .exited(1), output: "", errors: line + Self.ending)
        let failed = FailedGit(
            GitError(arguments: ["pull"], completion: completion), in: "/srv/blog", nil,
            resolvedURL: RemoteURL("git@forge.example:alice/blog.git"))
        let (explanation, _) = KnownGitMessage.explanation(of: failed)
        #expect(explanation.message.hasPrefix("the remote "), "\(explanation.message)")
        #expect(explanation.hint?.contains("mv ") == false && explanation.hint?.contains("chown") == false)
    }
}
