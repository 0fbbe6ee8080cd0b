import Foundation
import TestSupport
import Testing

@Suite struct `Alice's site, when she asks whether the next push will be deployed` {
    let checkup: Checkup
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository

    init() throws {
        checkup = try Checkup()
        (folder, forge, clone) = (checkup.folder, checkup.forge, checkup.clone)
    }

    @Test func `is fine with files that git does not know`() throws {
        try clone.write("", to: "upload.jpg")
        try checkup.finds("ok", "blog", "main of alice/blog, at ", hint: nil)
    }

    @Test func `has local changes`() throws {
        try clone.write("mine", to: "index.html")
        try checkup.finds(
            "error", "blog", "\(clone.path) has local changes", hint: "git -C \(clone.path) status; commit or restore")
    }

    @Test func `has a rebase going on`() throws {
        try forge.push("theirs")
        try clone.write("mine", to: "index.html")
        try clone.commit()
        #expect(throws: Trouble.self) { try clone.git("pull", "--quiet", "--rebase") }
        try checkup.finds(
            "error", "blog", "a rebase is going on in \(clone.path)",
            hint: "finish it, or git -C \(clone.path) rebase --abort")
    }

    @Test func `is not there`() throws {
        try FileManager.default.removeItem(atPath: clone.path)
        try checkup.finds("error", "blog", "\(clone.path) does not exist", hint: "git clone <url> \(clone.path)")
    }

    @Test func `is no clone`() throws {
        try FileManager.default.removeItem(atPath: "\(clone.path)/.git")
        try checkup.finds("error", "blog", "\(clone.path) is not a git clone", hint: "git clone <url> \(clone.path)")
    }

    @Test func `is on no branch`() throws {
        try clone.git("checkout", "--quiet", "--detach")
        try checkup.finds(
            "error", "blog", "\(clone.path) is not on a branch", hint: "git -C \(clone.path) switch <branch>")
    }

    @Test func `follows no branch`() throws {
        try clone.git("branch", "--quiet", "--unset-upstream")
        try checkup.finds(
            "error", "blog", "the branch main of \(clone.path) has no upstream",
            hint: "git -C \(clone.path) branch --set-upstream-to=origin/main main")
    }

    @Test func `follows another branch than it should`() throws {
        try checkup.configure(#"branch = "live""#)
        try checkup.finds(
            "error", "blog", "\(clone.path) follows main, but the site is to follow live",
            hint: "git -C \(clone.path) switch live")
    }

    @Test(.enabled(if: getuid() == 0, "only root can give a folder away"))
    func `is someone else's`() throws {
        #expect(chown(clone.path, 65534, 65534) == 0 && chown("\(clone.path)/.git", 65534, 65534) == 0)
        try checkup.finds(
            "error", "blog", "\(clone.path) belongs to nobody, but bellpull runs as root",
            hint: "chown -R root \(clone.path)")
    }

    @Test(
        .enabled(if: getuid() == 0, "only root can run git as root"),
        arguments: ["objects", "refs/heads", "FETCH_HEAD"]
    )
    func `is root's in part, since root has pulled there`(part: String) throws {
        try clone.git("pull", "--quiet", "--rebase")
        try checkup.giveEverythingToNobody()
        try checkup.finds("ok", "blog", "main of alice/blog", hint: nil)

        #expect(chown("\(clone.path)/.git/\(part)", 0, 0) == 0)

        try checkup.finds(
            "error", "blog", "\(clone.path)/.git/\(part) cannot be written to", hint: "chown -R \(clone.path) to ")
    }

    @Test(.enabled(if: getuid() == 0, "only root can run bellpull as root"))
    func `has a lock that is root's`() throws {
        try checkup.giveEverythingToNobody()
        let lock = "\(clone.path)/.git/bellpull.lock"
        try write("", to: lock)
        #expect(chmod(lock, 0o600) == 0)
        try checkup.finds("error", "blog", "cannot write \(lock): Permission denied", hint: "ls -l \(lock)")
    }

    @Test func `has a remote that is gone`() throws {
        try forge.vanish()
        try checkup.finds(
            "error", "blog", "the remote cannot be reached: ", hint: "git -C \(clone.path) fetch shows why")
    }

    @Test func `has a branch that is gone from the remote`() throws {
        try Repository(path: forge.bare).git("branch", "--quiet", "-m", "main", "trunk")
        try checkup.finds(
            "error", "blog", "the branch main is gone from the remote", hint: "git -C \(clone.path) branch -vv")
    }

    @Test(arguments: [
        ("Host key verification failed.", "the remote's host key is not known", "ssh-keyscan"),
        ("git@forge: Permission denied (publickey).", "the remote refuses the ssh key", "add the public key"),
        (
            "fatal: could not read Username for 'https://forge': terminal prompts disabled",
            "the remote asks for a password", "give the clone a URL with ssh"
        ),
    ])
    func `has a remote that refuses`(words: String, meaning: String, hint: String) throws {
        try write("echo \"\(words)\" >&2; exit 255", to: folder("refuse"))
        try clone.git("remote", "set-url", "origin", "ssh://git@forge/alice/blog.git")
        try clone.git("config", "core.sshCommand", "sh '\(folder("refuse"))'")
        try checkup.finds("error", "blog", "\(meaning): ", hint: hint)
    }

    @Test func `has missed a push, which keeps nothing from being deployed`() throws {
        let commit = try forge.push("second")
        let places = "at \(try clone.head.prefix(6)), and refs/heads/main of the remote is at \(commit.prefix(6))"
        try checkup.finds(
            "warning", "blog", "a push was missed: \(places)",
            hint: "bellpull deploy blog brings it; or catch-up does")
        #expect(try checkup.results().wouldFail == false)
    }

    @Test func `waits for pushes to another repository than its remote`() throws {
        try checkup.configure(#"repository = "bob/blog""#)
        try checkup.finds(
            "warning", "blog", "its remote is alice/blog, and it waits for pushes to bob/blog",
            hint: "repository = \"alice/blog\" in \(folder("sites/blog.toml"))")
    }

    @Test func `may be in a subgroup, which a URL does not tell`() throws {
        try checkup.configure(#"repository = "team/alice/blog""#)
        try checkup.finds("ok", "blog", "main of team/alice/blog, at ", hint: nil)
    }

    @Test func `was being deployed when that was cut short`() throws {
        try write("deploying\n", to: "\(clone.path)/.git/bellpull.lock")
        try clone.write("half of", to: "index.html")
        try checkup.finds("warning", "blog", "a deployment was cut short", hint: "bellpull deploy blog clears up")
        #expect(try checkup.results().wouldFail == false)
    }

    @Test func `is being deployed, so that what is half done is not looked at`() throws {
        let lock = try Program(
            ["flock", "\(clone.path)/.git/bellpull.lock", "sh", "-c", "echo held; exec sleep 30"],
            environment: checkup.environment, output: folder("lock"))
        defer { lock.end() }
        try #require(Observation.eventually { (try? text(of: folder("lock"))) == "held\n" })
        try clone.write("half of", to: "index.html")
        let commit = try clone.head.prefix(6)
        try checkup.finds("ok", "blog", "main of alice/blog, at \(commit), being deployed now", hint: nil)
    }

    @Test func `follows tags, of which the remote has none`() throws {
        try checkup.configure(#"repository = "alice/blog""#, #"tag = "v*""#)
        try checkup.finds("error", "blog", "the remote has no tag v*", hint: "git ls-remote")

        try forge.author.git("tag", "v1")
        try forge.author.git("push", "--quiet", "origin", "v1")
        try checkup.finds("ok", "blog", "v* of alice/blog, at ", hint: nil)
    }
}
