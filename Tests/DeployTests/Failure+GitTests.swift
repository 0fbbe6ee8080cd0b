@testable import Processes
import Testing

@testable import Deploy
@testable import Git

@Suite struct `the explanation of a git error` {
    private let path = "/srv/blog"

    private func clone() throws -> BranchClone {
        let main = try #require(Branch(name: "main"))
        return BranchClone(
            path: path, branch: main, upstream: main, remote: "origin", trackingRef: "refs/remotes/origin/main",
            repository: try #require(RepositoryName("alice/blog")), gitDirectory: "\(path)/.git",
            commonDirectory: "\(path)/.git", git: try Git(in: path))
    }

    private func failure(_ errors: String, termination: Command.Termination = .exited(1)) throws -> Failure {
        let completion = Command.Completion(termination: termination, output: "", errors: errors)
        return Failure(GitError(arguments: ["pull", "--rebase"], completion: completion), in: path)
    }

    /// A message of git, word for word, and the start of its explanation.
    struct Known: Sendable {
        let errors: String
        let message: String
        let hint: String?

        init(_ errors: String, _ message: String, hint: String?) {
            self.errors = errors
            self.message = message
            self.hint = hint
        }
    }

    private static let known = [
        Known(
            "error: cannot pull with rebase: You have unstaged changes.\nerror: please commit or stash them.",
            "the clone has local changes: error: cannot pull with rebase: You have unstaged changes.",
            hint: "git -C /srv/blog status"),
        Known(
            """
            error: Updating the following directories would lose untracked files in them:
            \tuploads

            error: The following untracked working tree files would be overwritten by checkout:
            \ta.php\n\tb/it's.txt\n\tc\n\td\n\te\n\tf
            Please move or remove them before you switch branches.
            Aborting
            """,
            "untracked files are in the way: uploads, a.php, b/it's.txt, c, d and 2 more",
            hint: "mv /srv/blog/uploads FOLDER"),
        Known(
            "fatal: couldn't find remote ref refs/heads/main",
            "the branch does not exist at the remote: fatal: couldn't",
            hint: "git -C /srv/blog branch -vv"),
        Known(
            """
            Your configuration specifies to merge with the ref 'refs/heads/main'
            from the remote, but no such ref was fetched.
            """, "the branch does not exist at the remote: ", hint: "git -C /srv/blog branch -vv"),
        Known(
            "Host key verification failed.\nfatal: Could not read from remote repository.\n\nPlease make sure",
            "the remote's host key is unknown: fatal: Could not read", hint: "ssh-keyscan HOST"),
        Known(
            "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.",
            "the remote refuses the ssh key: ", hint: "add the public key"),
        Known(
            "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
            "the remote asks for a password: fatal: could not read Username", hint: "give the clone a URL with ssh"),
        Known(
            "remote: Invalid username or password.\nfatal: Authentication failed for 'https://a:b@github.com/x/y/'",
            "the remote refuses the credentials: fatal: Authentication failed for 'https://***@github.com/x/y/'",
            hint: "git -C /srv/blog fetch"),
        Known(
            "fatal: detected dubious ownership in repository at '/srv/blog'", "the clone belongs to another user: ",
            hint: "chown -R"),
        Known(
            "Committer identity unknown\n\n*** Please tell me who you are.\n\nfatal: no email was given",
            "git needs a name to rebase local commits: fatal: no email", hint: "git -C /srv/blog config user.name"),
        Known("fatal: write error: No space left on device", "the disk is full: fatal: write error", hint: nil),
        Known(
            "fatal: unable to write new index file", "a file cannot be written: ", hint: "df -h /srv/blog"),
        Known(
            "error: bad index file sha1 signature\nfatal: index file corrupt", "the index of the clone is damaged: ",
            hint: "rm /srv/blog/.git/index && git -C /srv/blog reset"),
        Known(
            "error: loose object 1a2b3c (stored in .git/objects/1a/2b3c) is corrupt", "the repository is damaged: ",
            hint: "mv /srv/blog /srv/blog.old && git clone $(git -C /srv/blog.old remote get-url origin) /srv/blog"),
        Known(
            "fatal: Unable to create '/srv/blog/.git/index.lock': File exists.\n\nAnother git process seems to be",
            "another git is running in the clone: fatal: Unable to create", hint: "the next push deploys"),
        Known(
            "fatal: unable to access 'https://github.com/x/y/': Could not resolve host: github.com",
            "the remote cannot be reached: fatal: unable to access", hint: "git -C /srv/blog fetch shows why"),
        Known(
            "ssh: connect to host github.com port 22: Connection timed out\nfatal: Could not read from remote repository.",
            "the remote cannot be reached: ", hint: "git -C /srv/blog fetch shows why"),
    ]

    @Test(arguments: known) func `has the meaning of a known message, and a remedy`(_ known: Known) throws {
        let failure = try failure(known.errors)
        #expect(failure.message.hasPrefix(known.message))
        #expect(!failure.message.contains("\n"))
        if let hint = known.hint {
            #expect(failure.hint?.hasPrefix(hint) == true)
        } else {
            #expect(failure.hint == nil)
        }
    }

    @Test func `repeats an unknown message`() throws {
        let failure = try failure("fatal: the sky is falling\n", termination: .exited(128))
        #expect(failure.message == "git pull --rebase exited with status 128: fatal: the sky is falling")
        #expect(failure.hint == nil)
    }

    @Test func `names the timeout, whatever git wrote before`() throws {
        let failure = try failure("fatal: unable to access 'x'", termination: .timedOut)
        #expect(failure == Failure("git pull did not finish within the time-out and was ended"))
    }

    @Test func `names the clone in a failure that Bellpull itself found`() throws {
        let clone = try clone()
        for failure in [Failure.conflict(in: clone), .rewritten(clone), .dirty(path)] {
            #expect("\(failure.message) \(failure.hint ?? "")".contains("/srv/blog"))
            #expect(!failure.message.contains("\n") && failure.hint != nil)
        }
    }
}
