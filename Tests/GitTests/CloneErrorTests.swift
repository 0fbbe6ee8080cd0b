import Testing

@testable import Git
@testable import Text

@Suite struct `clone error` {
    /// The cases of `CloneError`. A new case does not compile until `init` and `example` know it.
    enum Kind: CaseIterable {
        case missing, notAFolder, notAClone, insideClone, bare, foreignOwner, readOnly, readOnlyFileSystem, detachedHead
        case noUpstream, noRemote, unknownRepository, noOwner, git

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
                case .readOnlyFileSystem: .readOnlyFileSystem
                case .detachedHead: .detachedHead
                case .noUpstream: .noUpstream
                case .noRemote: .noRemote
                case .unknownRepository: .unknownRepository
                case .noOwner: .noOwner
                case .git: .git
                }
        }

        /// An error of this case at `path`, with its message and its hint for the user `www`.
        func example(_ path: String) -> (error: CloneError, message: String, hint: String?) {
            let word = path.contains(" ") ? "'\(path)'" : path
            let (old, git) = (path.contains(" ") ? "'\(path).old'" : "\(path).old", "runuser -u www -- git")
            let clone = "install -d -o www \(word) && \(git) clone URL \(word)"
            switch self {
            case .missing: return (.missing(path: path), "\(path) does not exist", clone)
            case .notAFolder:
                return (.notAFolder(path: path), "\(path) is not a folder", "mv -T \(word) \(old) && \(clone)")
            case .notAClone:
                return (.notAClone(path: path), "\(path) is not a git clone", "mv -T \(word) \(old) && \(clone)")
            case .insideClone:
                return (
                    .insideClone(path: path, root: "/srv"), "\(path) is a folder inside the clone /srv",
                    "set the path of the site to the clone: /srv"
                )
            case .bare:
                return (
                    .bare(path: "\(path).git"), "\(path).git is a bare repository, without files to deploy",
                    "install -d -o www \(word) && \(git) clone \("\(path).git".quotedForShell) \(word)"
                        + "  # then set the path of the site to \(path)"
                )
            case .foreignOwner:
                return (
                    .foreignOwner(path: path, owner: "alice", user: "bellpull"),
                    "\(path) belongs to alice, but bellpull runs as bellpull", "chown -R bellpull: \(word)"
                )
            case .readOnly:
                return (
                    .readOnly(path: path, user: "www"), "\(path)/.git is not writable by www, and bellpull runs as www",
                    "chown -R www: \(word) && chmod -R u+w \("\(path)/.git".quotedForShell)"
                )
            case .readOnlyFileSystem:
                return (
                    .readOnlyFileSystem(path: path), "\(path)/.git is on a file system that bellpull may only read", nil
                )
            case .detachedHead:
                return (
                    .detachedHead(path: path, branch: "main"), "\(path) is not on a branch (detached HEAD)",
                    "\(git) -C \(word) switch main"
                )
            case .noUpstream:
                return (
                    .noUpstream(path: path, branch: "main"), "the branch main of \(path) has no upstream to pull from",
                    "\(git) -C \(word) config branch.main.remote origin "
                        + "&& \(git) -C \(word) config branch.main.merge refs/heads/main"
                )
            case .noRemote:
                return (
                    .noRemote(path: path), "\(path) has no remote to fetch from",
                    "\(git) -C \(word) remote add origin URL"
                )
            case .unknownRepository:
                return (
                    .unknownRepository(path: path, url: "x"), "the remote of \(path), x, does not end in owner/name",
                    "\(git) -C \(word) remote set-url origin URL  # where URL ends in owner/name"
                )
            case .noOwner:
                return (
                    .noOwner(path: path, repository: "blog"),
                    "the remote of \(path) ends in blog, without an owner, so no push can be matched to it",
                    "repository = \"OWNER/blog\" in the site's file, "
                        + "or \(git) -C \(word) remote set-url origin URL, where URL ends in owner/name"
                )
            case .git: return (.git(path: path, .noExecutable), "\(path): there is no git in PATH", nil)
            }
        }
    }

    private func asUser<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        try ServiceUser.$assumed.withValue(ServiceUser(name: name), operation: body)
    }

    @Test(arguments: Kind.allCases, ["/srv/blog", "/srv/my blog"])
    func `names the folder, the problem and the remedy`(_ kind: Kind, _ path: String) {
        asUser("www") {
            let (error, message, hint) = kind.example(path)
            #expect(Kind(error) == kind)
            #expect(error.message == message)
            if kind != .readOnlyFileSystem { #expect(error.hint == hint) }
            #expect(error.explanation.message == message && error.explanation.hint == error.hint)
        }
    }

    @Test func `lets the service write to a folder outside of its sandbox`() throws {
        let hint = try #require(CloneError.readOnlyFileSystem(path: "/var/my blog").hint)
        let lines = "printf '%s\\n' '[Service]' 'ReadWritePaths=\"/var/my blog\"'"
        #expect(hint.contains("\(lines) >> /etc/systemd/system/bellpull.service.d/"))
        #expect(hint.hasSuffix("mount -o remount,rw \"$(findmnt -no TARGET -T '/var/my blog')\""))
    }

    /// A person runs `bellpull check` as root, or the service runs as root by mistake.
    @Test func `does not give a clone to root`() {
        let hint = CloneError.foreignOwner(path: "/srv/blog", owner: "bellpull", user: "root").hint
        #expect(hint?.hasPrefix("bellpull must run as bellpull") == true && hint?.contains("chown") == false)
    }

    @Test func `quotes a branch in a command`() {
        asUser("root") {
            let error = CloneError.noUpstream(path: "/b", branch: "$(id)", remote: nil)
            #expect(
                error.hint == "git -C /b remote add origin URL && git -C /b config 'branch.$(id).remote' origin "
                    + "&& git -C /b config 'branch.$(id).merge' 'refs/heads/$(id)'")
        }
    }

    @Test func `shows no credentials`() {
        let error = CloneError.unknownRepository(path: "/srv/blog", url: "https://alice:ghp_secret@example.org/blog")
        #expect(!error.message.contains("ghp_secret"))
        #expect(error.message.contains("https://***@example.org/blog"))
    }
}
