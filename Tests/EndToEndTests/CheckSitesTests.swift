import Foundation
import TestSupport
import Testing

@Suite struct `a site that is checked` {
    let checkup: Checkup
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository

    init() throws {
        checkup = try Checkup()
        (folder, forge, clone) = (checkup.folder, checkup.forge, checkup.clone)
    }

    @Test func `passes with untracked files`() throws {
        try clone.write("", to: "upload.jpg")
        try checkup.finds("ok", "blog", "main of alice/blog, at ", hint: nil)
    }

    @Test func `passes with an old protocol, and says so`() throws {
        #expect(try !checkup.run().output.contains("protocol"))
        try clone.git("config", "protocol.version", "0")
        try checkup.finds("ok", "blog", "main of alice/blog, at ", hint: nil)
        #expect(try checkup.run().output.contains(", up to date, version 0 of git's protocol\n"))
    }

    @Test func `is warned of an old protocol if the remote lists many references`() throws {
        let commit = try forge.author.head
        let tags = (1...1100).map { "\(commit) refs/tags/v\($0)\n" }.joined()
        try write("# pack-refs with: peeled fully-peeled sorted\n\(tags)", to: "\(forge.bare)/packed-refs")
        try clone.git("config", "protocol.version", "0")
        try checkup.finds(
            "warning", "blog",
            "the remote speaks version 0 of git's protocol: each deployment waits for a list of all 1102 references",
            hint: "\(Pasted.git) -C \(clone.path) config protocol.version 2")
        try clone.git("config", "protocol.version", "2")
        try checkup.finds("ok", "blog", "main of alice/blog, at ", hint: nil)
    }

    @Test func `fails with local changes`() throws {
        try clone.write("mine", to: "index.html")
        try checkup.finds(
            "error", "blog", "\(clone.path) has local changes",
            hint: "\(Pasted.git) -C \(clone.path) stash  # puts the changes aside")
    }

    @Test func `fails during a rebase`() throws {
        try forge.push("theirs")
        try clone.write("mine", to: "index.html")
        try clone.commit()
        #expect(throws: Trouble.self) { try clone.git("pull", "--quiet", "--rebase") }
        try checkup.finds(
            "error", "blog", "a rebase is going on in \(clone.path)",
            hint: "\(Pasted.git) -C \(clone.path) rebase --abort  # drops the rebase; or finish it: ")
    }

    @Test func `fails if its folder does not exist`() throws {
        try FileManager.default.removeItem(atPath: clone.path)
        try checkup.finds(
            "error", "blog", "\(clone.path) does not exist", hint: "install -d -o \(NSUserName()) \(clone.path) && ")
    }

    @Test func `fails if its folder is not a clone`() throws {
        try FileManager.default.removeItem(atPath: "\(clone.path)/.git")
        try checkup.finds("error", "blog", "\(clone.path) is not a git clone", hint: "mv -T \(clone.path) ")
    }

    @Test func `fails with a detached HEAD`() throws {
        try clone.git("checkout", "--quiet", "--detach")
        try checkup.finds(
            "error", "blog", "\(clone.path) is not on a branch", hint: "\(Pasted.git) -C \(clone.path) switch main")
    }

    @Test func `fails if its branch has no upstream`() throws {
        try clone.git("branch", "--quiet", "--unset-upstream")
        try checkup.finds(
            "error", "blog", "the branch main of \(clone.path) has no upstream",
            hint: "\(Pasted.git) -C \(clone.path) config branch.main.remote origin && ")
    }

    @Test func `fails if it follows another branch than its file names`() throws {
        try checkup.configure(#"branch = "live""#)
        try checkup.finds(
            "error", "blog", "\(clone.path) follows main, but the site is configured to follow live",
            hint: "\(Pasted.git) -C \(clone.path) fetch origin live && \(Pasted.git) -C \(clone.path) switch live")
    }

    @Test(.enabled(if: getuid() == 0, "only root can give a folder away"))
    func `fails if it belongs to another user`() throws {
        #expect(chown(clone.path, 65534, 65534) == 0 && chown("\(clone.path)/.git", 65534, 65534) == 0)
        try checkup.finds(
            "error", "blog", "\(clone.path) belongs to nobody, but bellpull runs as root",
            hint: "bellpull must run as nobody: ")
    }

    @Test(
        .enabled(if: getuid() == 0, "only root can run git as root"),
        arguments: ["objects", "refs/heads", "FETCH_HEAD"]
    )
    func `fails if a pull by root left files of root`(part: String) throws {
        try clone.git("pull", "--quiet", "--rebase")
        try checkup.giveEverythingToNobody()
        try checkup.finds("ok", "blog", "main of alice/blog", hint: nil)

        #expect(chown("\(clone.path)/.git/\(part)", 0, 0) == 0)

        try checkup.finds(
            "error", "blog", "\(clone.path)/.git/\(part) is not writable", hint: "chown -R nobody: \(clone.path)")
    }

    @Test(.enabled(if: getuid() == 0, "only root can run bellpull as root"))
    func `fails if its lock belongs to root`() throws {
        try checkup.giveEverythingToNobody()
        let lock = "\(clone.path)/.git/bellpull.lock"
        try write("", to: lock)
        #expect(chmod(lock, 0o600) == 0)
        try checkup.finds("error", "blog", "cannot write \(lock): Permission denied", hint: "chown -R nobody: \(lock)")
    }

    @Test func `fails if its remote cannot be reached`() throws {
        try forge.vanish()
        try checkup.finds(
            "error", "blog", "the remote has no such repository, or does not show it to this key: ",
            hint: "\(Pasted.git) -C \(clone.path) remote get-url origin")
    }

    @Test func `fails if its branch is gone from the remote`() throws {
        try Repository(path: forge.bare).git("branch", "--quiet", "-m", "main", "trunk")
        try checkup.finds(
            "error", "blog", "the remote has no branch main; its default branch is trunk, perhaps the new name",
            hint: "\(Pasted.git) -C \(clone.path) fetch origin trunk && ")
    }

    @Test(arguments: [
        ("Host key verification failed.", "the remote's host key is unknown (forge)", "\(Pasted.user)sh -c 'mkdir"),
        (
            "git@forge: Permission denied (publickey).", "the remote refuses the ssh key",
            "\(Pasted.user)sh -c 'ls ~/.ssh"
        ),
        (
            "fatal: could not read Username for 'https://forge': terminal prompts disabled",
            "the remote asks for a password", "\(Pasted.git) -C "
        ),
    ])
    func `fails if its remote refuses access`(words: String, meaning: String, hint: String) throws {
        try write("echo \"\(words)\" >&2; exit 255", to: folder("refuse"))
        try clone.git("remote", "set-url", "origin", "ssh://git@forge/alice/blog.git")
        try clone.git("config", "core.sshCommand", "sh '\(folder("refuse"))'")
        try checkup.finds("error", "blog", "\(meaning)", hint: hint)
    }

    @Test func `passes with a warning after a missed push`() throws {
        let commit = try forge.push("second")
        let places =
            "the site is at \(try clone.head.prefix(6)), but refs/heads/main of the remote is at \(commit.prefix(6))"
        try checkup.finds(
            "warning", "blog", "a push was missed: \(places)",
            hint: "bellpull deploy blog, or wait for catch-up")
        #expect(try checkup.results().wouldFail == false)
    }

    @Test func `fails if its remote is another repository`() throws {
        try checkup.configure(#"repository = "bob/blog""#)
        let file = folder("sites/blog.toml")
        let hint = "sed -i -e '/^ *repository *=/d' -e '1i repository = \"alice/blog\"' \(file)"
        try checkup.finds(
            "error", "blog", "the remote is alice/blog, but the configuration expects pushes to bob/blog",
            hint: "\(hint) && systemctl reload bellpull  # or")
        _ = try Shell.run(hint)
        try checkup.finds("ok", "blog", "main of alice/blog, at ", hint: nil)
    }

    @Test func `passes with a warning if only a long path in a URL names its repository`() throws {
        try checkup.configure(#"branch = "main""#)
        try clone.git("remote", "set-url", "origin", "ssh://git@forge/gitlab/alice/blog.git")
        try clone.git("config", "core.sshCommand", "false")
        try checkup.finds(
            "warning", "blog", "only pushes to gitlab/alice/blog, the whole path in the remote's URL, are deployed",
            hint: "confirm the name, as the forge writes it: sed -i ")
    }

    @Test func `fails if files on the server are in the way of a push that was fetched`() throws {
        try forge.push("second", page: "upload.html")
        let commit = try forge.author.head
        try clone.write("mine", to: "upload.html")
        try checkup.finds("warning", "blog", "a push was missed", hint: "bellpull deploy blog")

        let deploy = try Program.run([try BuiltProgram.path, "deploy", "blog"], environment: checkup.environment)
        #expect(deploy.ending == .exited(1))
        try clone.git("fetch", "--quiet")

        try checkup.finds(
            "error", "blog", "untracked files are in the way: upload.html",
            hint: "install -d -o root \(clone.path).saved && mv ")
        try checkup.finds(
            "warning", "blog", "a push was missed: the site is at ",
            hint: "correct the other problem of this site first")
        #expect(try clone.git("rev-parse", "origin/main") == commit)
    }

    @Test func `passes with a warning after a failure that is not over`() throws {
        try clone.write("mine", to: "index.html")
        try clone.commit()
        try forge.push("theirs")
        let deploy = try Program.run([try BuiltProgram.path, "deploy", "blog"], environment: checkup.environment)
        #expect(deploy.ending == .exited(1))

        try checkup.finds(
            "warning", "blog", "the last deployment failed",
            hint: "\(Pasted.git) -C \(clone.path) pull --rebase  # then resolve")
        let all = try checkup.results().all
        #expect(!all.contains { $0.hint?.hasPrefix("bellpull deploy") == true }, "\(all)")
    }

    @Test func `fails without git-lfs if its files need git-lfs`() throws {
        // git-lfs may be installed on this machine.
        try Shell.writeExecutable("#!/bin/sh\nexit 127\n", to: folder("bin/git-lfs"))
        try clone.write("*.bin filter=lfs\n", to: ".gitattributes")
        try clone.commit()
        try clone.git("push", "--quiet", "origin", "main")
        try clone.git("config", "filter.lfs.process", "git-lfs filter-process")
        try checkup.finds(
            "error", "blog", "the site has files in git-lfs, but git-lfs is not installed",
            hint: "apt-get install git-lfs")

        try Shell.writeExecutable("#!/bin/sh\necho git-lfs/3.3.0\n", to: folder("bin/git-lfs"))
        try checkup.finds("ok", "blog", "main of alice/blog", hint: nil)
    }

    @Test func `passes if its repository has the name of the remote in a subgroup`() throws {
        try checkup.configure(#"repository = "team/alice/blog""#)
        try checkup.finds("ok", "blog", "main of team/alice/blog, at ", hint: nil)
    }

    @Test func `passes with a warning after an interrupted deployment`() throws {
        try write("deploying\n", to: "\(clone.path)/.git/bellpull.lock")
        try clone.write("half of", to: "index.html")
        try checkup.finds("warning", "blog", "a deployment was interrupted", hint: "bellpull deploy blog, or wait")
        #expect(try checkup.results().wouldFail == false)
    }

    @Test func `passes during a deployment, whatever its files hold`() throws {
        let lock = try Program(
            ["flock", "\(clone.path)/.git/bellpull.lock", "sh", "-c", "echo held; exec sleep 30"],
            environment: checkup.environment, output: folder("lock"))
        defer { lock.end() }
        try #require(Observation.eventually { (try? text(of: folder("lock"))) == "held\n" })
        try clone.write("half of", to: "index.html")
        let commit = try clone.head.prefix(6)
        try checkup.finds("ok", "blog", "main of alice/blog, at \(commit), being deployed now", hint: nil)
    }

    @Test func `fails if the remote has no tag that matches`() throws {
        try checkup.configure(#"repository = "alice/blog""#, #"tag = "v*""#)
        try checkup.finds(
            "error", "blog", "the remote has no tag v*", hint: "\(Pasted.git) -C \(clone.path) ls-remote --tags origin")

        try forge.author.git("tag", "v1")
        try forge.author.git("push", "--quiet", "origin", "v1")
        try checkup.finds("ok", "blog", "v* of alice/blog, at ", hint: nil)
    }
}
