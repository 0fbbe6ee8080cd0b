import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy
@testable import Text

/// Remedies for the remote, run as they are written.
@Suite(.onPlainThreads, .enabled(if: geteuid() == 0, "only root may use runuser"))
struct `a pasted remedy leads to` {
    @Test(arguments: RemedyStage.users, [false, true])
    func `a renamed branch`(user: String, isNarrow: Bool) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        if isNarrow {
            try blog.git("config", "remote.origin.fetch", "+refs/heads/main:refs/remotes/origin/main", in: blog.site)
        }
        let pull = try PullStrategy(clone: blog.open())
        try blog.git("branch", "-m", "main", "trunk", in: blog.remote)
        try blog.git("switch", "--quiet", "-c", "trunk", in: blog.author)
        let missed = #expect(throws: Failure.self) {
            _ = try ServiceUser.$assumed.withValue(ServiceUser(name: user)) { try pull.missedPush(stage.limits) }
        }
        #expect(missed == (try stage.failure(of: pull)))
        try stage.leadsOut(
            pull, of: "the remote has no branch main; its default branch is trunk, perhaps the new name")
        #expect(pull.source?.follows == RefPattern(branch: "trunk"))
    }

    @Test(arguments: RemedyStage.users) func `the only branch`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        let pull = try PullStrategy(clone: blog.open())
        try blog.git("update-ref", "refs/heads/live", "main", in: blog.remote)
        try blog.git("update-ref", "-d", "refs/heads/main", in: blog.remote)
        try blog.git("switch", "--quiet", "-c", "live", in: blog.author)
        try stage.leadsOut(pull, of: "the remote has no branch main; its only branch is live")
    }

    @Test func `a list of the branches, if nothing tells which one is meant`() throws {
        let stage = try RemedyStage(for: "nobody")
        let blog = stage.blog
        let pull = try PullStrategy(clone: blog.open())
        for name in ["live", "next"] { try blog.git("update-ref", "refs/heads/\(name)", "main", in: blog.remote) }
        try blog.git("update-ref", "-d", "refs/heads/main", in: blog.remote)
        let failure = try stage.failure(of: pull)
        #expect(failure.message == "the remote has no branch main; it has live, next")
        try stage.paste(failure)
        for ref in ["live", "next"] { try blog.git("update-ref", "-d", "refs/heads/\(ref)", in: blog.remote) }
        let empty = try stage.failure(of: pull)
        #expect(empty.message == "the remote is an empty repository, without the branch main")
        #expect(empty.hint == "push the branch main to the remote; the push is then deployed")
        try stage.expectRecovery(of: pull)
    }

    @Test(arguments: RemedyStage.users) func `the tags of the remote`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let mirror = MirrorStrategy(path: stage.blog.site, pattern: try #require(RefPattern(tag: "v*")))
        let failure = try stage.failure(of: mirror)
        #expect(failure.message == "the remote has no tag v*")
        try stage.paste(failure)
    }

    @Test func `the URL of a repository that is not there`() throws {
        let stage = try RemedyStage(for: "nobody")
        let pull = try PullStrategy(clone: stage.blog.open())
        try FileManager.default.moveItem(atPath: stage.blog.remote, toPath: "\(stage.blog.folder)/away")
        let failure = try stage.failure(of: pull)
        #expect(failure.message.hasPrefix("the remote has no such repository, or does not show it to this key: "))
        try stage.paste(failure)
    }

    /// Git asks the settings in the home of the user, which is the stage's only here.
    @Test func `a repository of another user on the same machine`() throws {
        let stage = try RemedyStage(for: "root")
        let blog = stage.blog
        let pull = try PullStrategy(clone: blog.open())
        #expect(try Shell.run("mkdir \(blog.folder)/home && chown -R nobody: \(blog.remote)").isSuccess)
        let failure = try stage.failure(of: pull)
        #expect(
            failure.message.hasPrefix(
                "git refuses the repository of another user: fatal: detected dubious ownership in repository at '\(blog.remote)'"
            ), "\(failure.message)")
        let home = ["HOME": "\(blog.folder)/home"]
        #expect(throws: GitError.self) { try blog.git("fetch", in: blog.site, environment: home) }
        try stage.paste(failure)
        try blog.git("fetch", in: blog.site, environment: home)
    }

    // MARK: ssh

    /// A key that nobody cannot read, as ssh says it: root reads everything.
    @Test func `a key of the service's user`() throws {
        let stage = try RemedyStage(for: "nobody")
        try stage.useSSH()
        try stage.makeKey()
        try stage.blog.write("deny", to: "unreadable")
        let pull = PullStrategy(path: stage.blog.site)
        let failure = try stage.failure(of: pull)
        #expect(failure.message.hasPrefix("bellpull cannot read the ssh key: "), "\(failure.message)")
        try stage.paste(
            "chown root: \(stage.key)\n\(try #require(failure.hint))\nrunuser -u nobody -- cat \(stage.key)")
        try FileManager.default.removeItem(atPath: "\(stage.blog.folder)/unreadable")
        try stage.expectRecovery(of: pull)
    }

    @Test(arguments: RemedyStage.users) func `a key that only its owner can read`(user: String) throws {
        let stage = try RemedyStage(for: user)
        try stage.useSSH()
        try stage.makeKey()
        #expect(chmod(stage.key, 0o644) == 0)
        try stage.leadsOut(
            PullStrategy(path: stage.blog.site), of: "others can read the ssh key: Load key \"\(stage.key)\"")
    }

    @Test(arguments: RemedyStage.users, [#"s/$/\r/"#, #"$ { s/$/\r/; N }"#])
    func `a key with the right ends of lines`(user: String, damage: String) throws {
        let stage = try RemedyStage(for: user)
        try stage.useSSH()
        try stage.makeKey()
        #expect(try Shell.run("sed -i '\(damage)' \(stage.key) && truncate -s -1 \(stage.key)").isSuccess)
        try stage.leadsOut(PullStrategy(path: stage.blog.site), of: "the file of the ssh key is malformed: Load key")
    }

    @Test(arguments: RemedyStage.users) func `a key without a passphrase`(user: String) throws {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        try stage.useSSH()
        try stage.makeKey(passphrase: "secret")
        let pull = PullStrategy(path: blog.site)
        let failure = try stage.failure(of: pull)
        #expect(failure.message.hasPrefix("the ssh key \(stage.key) is locked with a passphrase"), "\(failure.message)")
        try Shell.writeExecutable("#!/bin/sh\necho secret\n", to: "\(blog.folder)/passphrase")
        try stage.paste(
            try #require(failure.hint),
            environment: ["SSH_ASKPASS_REQUIRE": "force", "SSH_ASKPASS": "\(blog.folder)/passphrase"])
        try stage.expectRecovery(of: pull)
    }

    @Test(arguments: RemedyStage.users) func `a known host, after its key has changed`(user: String) throws {
        let stage = try RemedyStage(for: user)
        try stage.useSSH()
        try stage.makeKey()
        let pull = PullStrategy(path: stage.blog.site)
        try stage.blog.write("[forge.example]:2222 ssh-ed25519 AAAAold\nother ssh-ed25519 AAAA\n", to: stage.knownHosts)
        let failure = try stage.failure(of: pull)
        #expect(
            failure.message == "the remote's host key has CHANGED, and another machine may be answering: "
                + "the new key of forge.example, port 2222 is SHA256:new")
        #expect(failure.hint?.contains(">>") == false && failure.hint?.contains("ssh-keyscan") == false)
        try stage.paste(failure)
        #expect(try stage.blog.text(stage.knownHosts) == "other ssh-ed25519 AAAA\n")
        let next = try stage.failure(of: pull)
        #expect(next.message.hasPrefix("the remote's host key is unknown (forge.example, port 2222): "))
    }

    /// The home of the user is the stage's only for root: runuser takes the home from passwd(5).
    @Test func `a known host, and a key that the forge knows`() throws {
        let stage = try RemedyStage(for: "root")
        let blog = stage.blog
        try stage.useSSH()
        let pull = PullStrategy(path: blog.site)
        let unknown = try stage.failure(of: pull)
        #expect(unknown.message.hasPrefix("the remote's host key is unknown (forge.example, port 2222): "))
        try stage.paste(unknown)
        let refused = try stage.failure(of: pull)
        #expect(refused.message.hasPrefix("the remote refuses the ssh key: "), "\(refused.message)")
        try stage.paste("(\(try #require(refused.hint))\n) > \(blog.folder)/deploy-keys")
        #expect(try blog.text("deploy-keys").hasPrefix("ssh-ed25519 "))
        try stage.expectRecovery(of: pull)
    }
}
