/// A known message of git or ssh, in the C locale.
struct KnownGitMessage {
    /// The words of git or ssh.
    let words: String
    /// The meaning of the words for a site.
    let meaning: String
    /// The remedy. `PATH` stands for the folder of the clone.
    let hint: String?

    /// Whether the remote does not have the ref.
    var isMissingRef: Bool { meaning == Self.missingRef }

    private static let missingRef = "the branch does not exist at the remote"
    private static let cloneAgain = "mv PATH PATH.old && git clone $(git -C PATH.old remote get-url origin) PATH"

    /// The known messages. The first match is used, so the more specific messages come first.
    static let all = [
        KnownGitMessage(
            words: "cannot pull with rebase", meaning: "the clone has local changes",
            hint: "git -C PATH status shows them; commit or restore them"),
        KnownGitMessage(
            words: "couldn't find remote ref", meaning: missingRef,
            hint: "git -C PATH branch -vv shows what the clone follows"),
        KnownGitMessage(
            words: "no such ref was fetched", meaning: missingRef,
            hint: "git -C PATH branch -vv shows what the clone follows"),
        KnownGitMessage(
            words: "Host key verification failed", meaning: "the remote's host key is unknown",
            hint: "ssh-keyscan HOST >> ~/.ssh/known_hosts, as the user bellpull runs as"),
        KnownGitMessage(
            words: "Permission denied (publickey", meaning: "the remote refuses the ssh key",
            hint: "add the public key of the user bellpull runs as to the repository's deploy keys"),
        KnownGitMessage(
            words: "could not read Username", meaning: "the remote asks for a password",
            hint: "give the clone a URL with ssh and a deploy key, or a credential helper"),
        KnownGitMessage(
            words: "Authentication failed", meaning: "the remote refuses the credentials",
            hint: "git -C PATH fetch must work as the user bellpull runs as"),
        KnownGitMessage(
            words: "dubious ownership", meaning: "the clone belongs to another user",
            hint: "chown -R PATH to the user bellpull runs as"),
        KnownGitMessage(
            words: "identity unknown", meaning: "git needs a name to rebase local commits",
            hint: "git -C PATH config user.name bellpull && git -C PATH config user.email bellpull@localhost"),
        KnownGitMessage(words: "No space left on device", meaning: "the disk is full", hint: nil),
        KnownGitMessage(
            words: "index file", meaning: "the index of the clone is damaged",
            hint: "rm PATH/.git/index && git -C PATH reset"),
        KnownGitMessage(words: "is corrupt", meaning: "the repository is damaged", hint: cloneAgain),
        KnownGitMessage(words: "unable to read tree", meaning: "the repository is damaged", hint: cloneAgain),
        KnownGitMessage(words: "bad object", meaning: "the repository is damaged", hint: cloneAgain),
        KnownGitMessage(
            words: "unable to write file", meaning: "a file cannot be written",
            hint: "df -h PATH shows whether the disk is full"),
        KnownGitMessage(
            words: ".lock': File exists", meaning: "another git is running in the clone",
            hint: "the next push deploys; if no git is running, remove the lock file"),
        KnownGitMessage(
            words: "' not found", meaning: "the remote has no such repository, or does not let this key see it",
            hint: "git -C PATH remote -v shows the URL; git -C PATH fetch must work as the user bellpull runs as"),
        KnownGitMessage(
            words: "unable to access", meaning: "the remote cannot be reached", hint: "git -C PATH fetch shows why"),
        KnownGitMessage(
            words: "Could not read from remote repository", meaning: "the remote cannot be reached",
            hint: "git -C PATH fetch shows why"),
    ]
}
