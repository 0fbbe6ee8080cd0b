/// A trouble that git or ssh reports, as known from the messages in the C locale.
struct KnownGitMessage {
    /// Parts of messages, each of which tells the trouble.
    let words: [String]
    /// The meaning of the messages for a site.
    let meaning: String
    /// The remedy. `PATH` stands for the folder of the clone.
    let hint: String?
    /// Whether the remote does not have the ref.
    let isMissingRef: Bool

    private init(_ words: String..., meaning: String, hint: String?, isMissingRef: Bool = false) {
        (self.words, self.meaning, self.hint, self.isMissingRef) = (words, meaning, hint, isMissingRef)
    }

    /// Returns the trouble that `message` reports, if it is known.
    init?(in message: String) {
        guard let known = Self.all.first(where: { $0.words.contains { message.contains($0) } }) else { return nil }
        self = known
    }

    /// The known troubles. The first match is used, so the more specific words come first.
    private static let all = [
        KnownGitMessage(
            "cannot pull with rebase", meaning: "the clone has local changes",
            hint: "git -C PATH status shows them; commit or restore them"),
        KnownGitMessage(
            "couldn't find remote ref", "no such ref was fetched", meaning: "the branch does not exist at the remote",
            hint: "git -C PATH branch -vv shows what the clone follows", isMissingRef: true),
        KnownGitMessage(
            "Host key verification failed", meaning: "the remote's host key is unknown",
            hint: "ssh-keyscan HOST >> ~/.ssh/known_hosts, as the user bellpull runs as"),
        KnownGitMessage(
            "Permission denied (publickey", meaning: "the remote refuses the ssh key",
            hint: "add the public key of the user bellpull runs as to the repository's deploy keys"),
        KnownGitMessage(
            "could not read Username", meaning: "the remote asks for a password",
            hint: "give the clone a URL with ssh and a deploy key, or a credential helper"),
        KnownGitMessage(
            "Authentication failed", meaning: "the remote refuses the credentials",
            hint: "git -C PATH fetch must work as the user bellpull runs as"),
        KnownGitMessage(
            "dubious ownership", meaning: "the clone belongs to another user",
            hint: "chown -R PATH to the user bellpull runs as"),
        KnownGitMessage(
            "identity unknown", meaning: "git needs a name to rebase local commits",
            hint: "git -C PATH config user.name bellpull && git -C PATH config user.email bellpull@localhost"),
        KnownGitMessage("No space left on device", meaning: "the disk is full", hint: nil),
        KnownGitMessage(
            "unable to write file", "unable to write new index file", "unable to write temporary index file",
            meaning: "a file cannot be written",
            hint: "df -h PATH shows whether the disk is full"),
        KnownGitMessage(
            "index file", meaning: "the index of the clone is damaged",
            hint: "rm \"$(git -C PATH rev-parse --path-format=absolute --git-path index)\" && git -C PATH reset"),
        KnownGitMessage(
            "is corrupt", "unable to read tree", "bad object", meaning: "the repository is damaged",
            hint: "mv PATH PATH.old && git clone $(git -C PATH.old remote get-url origin) PATH"),
        KnownGitMessage(
            ".lock': File exists", meaning: "another git is running in the clone",
            hint: "the next push deploys; if no git is running, remove the lock file"),
        KnownGitMessage(
            "' not found", meaning: "the remote has no such repository, or does not let this key see it",
            hint: "git -C PATH remote -v shows the URL; git -C PATH fetch must work as the user bellpull runs as"),
        KnownGitMessage(
            "unable to access", "Could not read from remote repository", meaning: "the remote cannot be reached",
            hint: "git -C PATH fetch shows why"),
    ]
}
