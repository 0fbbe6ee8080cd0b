import Testing

@testable import Git

@Suite struct `clone error` {
    /// The cases of `CloneError`. A new case does not compile until `init` and `example` know it.
    enum Kind: CaseIterable {
        case missing, notAFolder, notAClone, insideClone, bare, foreignOwner, readOnly, detachedHead, noUpstream
        case noRemote, unknownRepository, noOwner, git

        init(_ error: CloneError) {
            self =
                switch error {
                case .missing: .missing
                case .notAFolder: .notAFolder
                case .notAClone: .notAClone
                case .insideClone: .insideClone
                case .bare: .bare
                case .foreignOwner: .foreignOwner
                case .readOnly: .readOnly
                case .detachedHead: .detachedHead
                case .noUpstream: .noUpstream
                case .noRemote: .noRemote
                case .unknownRepository: .unknownRepository
                case .noOwner: .noOwner
                case .git: .git
                }
        }

        /// An error of this case at `path`, with its message and its hint.
        func example(_ path: String) -> (error: CloneError, message: String, hint: String?) {
            switch self {
            case .missing: (.missing(path: path), "\(path) does not exist", "git clone URL \(path)")
            case .notAFolder:
                (
                    .notAFolder(path: path), "\(path) is not a folder",
                    "mv \(path) \(path).old && git clone URL \(path)"
                )
            case .notAClone:
                (
                    .notAClone(path: path), "\(path) is not a git clone",
                    "mv \(path) \(path).old && git clone URL \(path)"
                )
            case .insideClone:
                (
                    .insideClone(path: path, root: "/srv"), "\(path) is a folder inside the clone /srv",
                    "set the path of the site to the clone: /srv"
                )
            case .bare:
                (
                    .bare(path: path), "\(path) is a bare repository, without files to deploy",
                    "git clone \(path) FOLDER, and set the path of the site to FOLDER"
                )
            case .foreignOwner:
                (
                    .foreignOwner(path: path, owner: "alice", user: "bellpull"),
                    "\(path) belongs to alice, but bellpull runs as bellpull", "chown -R bellpull: \(path)"
                )
            case .readOnly:
                (
                    .readOnly(path: path, user: "www"), "\(path)/.git is not writable by www, and bellpull runs as www",
                    "chmod -R u+w \(path)/.git, or ReadWritePaths=\(path) in the service"
                )
            case .detachedHead:
                (
                    .detachedHead(path: path), "\(path) is not on a branch (detached HEAD)",
                    "git -C \(path) switch BRANCH"
                )
            case .noUpstream:
                (
                    .noUpstream(path: path, branch: "main"), "the branch main of \(path) has no upstream to pull from",
                    "git -C \(path) branch --set-upstream-to=origin/main main"
                )
            case .noRemote:
                (
                    .noRemote(path: path), "\(path) has no remote to fetch from",
                    "git -C \(path) remote add origin URL"
                )
            case .unknownRepository:
                (
                    .unknownRepository(path: path, url: "x"), "the remote of \(path), x, does not end in owner/name",
                    "git -C \(path) remote set-url origin URL, where URL ends in owner/name"
                )
            case .noOwner:
                (
                    .noOwner(path: path, repository: "blog"),
                    "the remote of \(path) ends in blog, without an owner, so no push can be matched to it",
                    "repository = \"OWNER/blog\" in the site's file, "
                        + "or git -C \(path) remote set-url origin URL, where URL ends in owner/name"
                )
            case .git: (.git(path: path, .noExecutable), "\(path): there is no git in PATH", nil)
            }
        }
    }

    @Test(arguments: Kind.allCases) func `names the folder, the problem and the remedy`(_ kind: Kind) {
        let (error, message, hint) = kind.example("/srv/blog")
        #expect(Kind(error) == kind)
        #expect(error.message == message)
        #expect(error.hint == hint)
        #expect(error.explanation.message == message && error.explanation.hint == hint)
    }

    @Test(arguments: Kind.allCases) func `quotes a path in a command`(_ kind: Kind) {
        let error = kind.example("/srv/my blog").error
        let command = error.hint?.split(separator: ", ").first.map(String.init) ?? ""
        let isCommand = ["git", "mv", "chown", "chmod"].contains { command.hasPrefix("\($0) ") }
        #expect(isCommand == ![.insideClone, .noOwner, .git].contains(kind))
        #expect(!isCommand || command.contains("'/srv/my blog"))
        #expect(!isCommand || !command.contains(" /srv/my blog"))
    }

    @Test func `quotes a branch in a command`() {
        let error = CloneError.noUpstream(path: "/srv/blog", branch: "$(id)")
        #expect(error.hint == "git -C /srv/blog branch --set-upstream-to='origin/$(id)' '$(id)'")
    }

    @Test func `shows no credentials`() {
        let error = CloneError.unknownRepository(path: "/srv/blog", url: "https://alice:ghp_secret@example.org/blog")
        #expect(!error.message.contains("ghp_secret"))
        #expect(error.message.contains("https://***@example.org/blog"))
    }
}
