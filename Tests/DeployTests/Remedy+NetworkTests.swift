import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy
@testable import Text

/// Troubles of the network, with the real words of git, ssh, curl and TLS.
@Suite(.onPlainThreads, .enabled(if: geteuid() == 0, "only root may use runuser"))
struct `a trouble of the network` {
    private func failure(_ stage: borrowing RemedyStage, url: String) throws -> Failure {
        try stage.blog.git("remote", "set-url", "origin", url, in: stage.blog.site)
        return try stage.failure(of: PullStrategy(path: stage.blog.site))
    }

    @Test(arguments: ["ssh://git@127.0.0.1:1/alice/blog", "git://127.0.0.1:1/alice/blog"])
    func `is told from a refused connection`(url: String) throws {
        let stage = try RemedyStage(for: "nobody")
        let failure = try failure(stage, url: url)
        #expect(failure.message.hasPrefix("the remote refuses the connection: "), "\(failure.message)")
        #expect(failure.hint?.hasPrefix("runuser -u nobody -- git -C \(stage.blog.site) ls-remote origin HEAD") == true)
        #expect(failure.hint?.contains("127.0.0.1, port 1 is wrong") == true)
        // The remedy shows whether the remote answers.
        try stage.paste(try #require(failure.hint), expecting: 128)
        try stage.blog.git("remote", "set-url", "origin", stage.blog.remote, in: stage.blog.site)
        try stage.paste(failure)
    }

    @Test func `is told from a closed port of HTTPS`() throws {
        let failure = try failure(RemedyStage(for: "nobody"), url: "https://127.0.0.1:1/alice/blog")
        #expect(failure.message.hasPrefix("the remote does not answer: fatal: unable to access"), "\(failure.message)")
    }

    @Test(arguments: ["ssh://git@nowhere.invalid/alice/blog", "https://nowhere.invalid/alice/blog"])
    func `is told from an unknown host name`(url: String) throws {
        let failure = try failure(RemedyStage(for: "nobody"), url: url)
        #expect(failure.message.hasPrefix("the remote's host name is unknown: "), "\(failure.message)")
        #expect(failure.hint?.hasPrefix("getent hosts nowhere.invalid  # ") == true)
    }

    @Test func `is told from a certificate, which the remedy shows`() throws {
        let stage = try RemedyStage(for: "nobody")
        let server = try StrangeServer.https(in: stage.blog.folder)
        let failure = try failure(stage, url: "https://127.0.0.1:\(server.port)/alice/blog")
        #expect(failure.message.hasPrefix("the remote's TLS certificate is not trusted"), "\(failure.message)")
        let hint = try #require(failure.hint)
        try stage.paste("(\(hint)\n) | grep 'issuer=CN = forge.example'")
    }

    @Test func `is told from a server that does not speak TLS`() throws {
        let stage = try RemedyStage(for: "nobody")
        let server = try StrangeServer.http(in: stage.blog.folder)
        let failure = try failure(stage, url: "https://127.0.0.1:\(server.port)/alice/blog")
        #expect(failure.message.hasPrefix("the remote does not speak TLS: "), "\(failure.message)")
    }

    @Test(arguments: [
        (401, "the remote asks for a password: the repository is private, or not there: "),
        (403, "the remote refuses access: remote: the forge says no"),
        (404, "the remote has no such repository, or does not show it to this key: remote: the forge says no"),
        (200, "the URL of the remote leads to a web page, such as a login page: "),
        (302, "the URL of the remote leads to a web page, such as a login page: "),
    ])
    func `with HTTP ends if the clone uses ssh`(status: Int, message: String) throws {
        for user in RemedyStage.users {
            let stage = try RemedyStage(for: user)
            let server = try StrangeServer.http(in: stage.blog.folder)
            try stage.useSSH()
            try stage.makeKey()
            let failure = try failure(stage, url: "http://127.0.0.1:\(server.port)/\(status)/alice/blog.git")
            #expect(failure.message.hasPrefix(message), "\(failure.message)")
            try stage.paste(failure)
            #expect(
                try stage.blog.git("remote", "get-url", "origin", in: stage.blog.site)
                    == "git@127.0.0.1:\(status)/alice/blog.git")
            try stage.expectRecovery(of: PullStrategy(path: stage.blog.site))
        }
    }

    @Test(arguments: [
        (429, "the remote gets too many requests: ", "set a longer catch_up"),
        (502, "the remote has an error of its own: ", "runuser -u nobody -- git"),
    ])
    func `of a busy forge passes`(status: Int, message: String, hint: String) throws {
        let stage = try RemedyStage(for: "nobody")
        let server = try StrangeServer.http(in: stage.blog.folder)
        let failure = try failure(stage, url: "http://127.0.0.1:\(server.port)/\(status)/alice/blog.git")
        #expect(failure.message.hasPrefix(message), "\(failure.message)")
        #expect(failure.hint?.hasPrefix(hint) == true)
    }

    @Test(arguments: RemedyStage.users) func `is none if the repository has moved, but a note says where`(user: String)
        throws
    {
        let stage = try RemedyStage(for: user)
        let blog = stage.blog
        try stage.useSSH()
        try stage.makeKey()
        let script = """
            #!/bin/sh
            echo 'remote: This repository moved. Please use the new location:' >&2
            echo 'remote:   git@forge.example:alice/moved.git        ' >&2
            exec '\(blog.folder)/ssh' "$@"
            """
        try Shell.writeExecutable(script, to: "\(blog.folder)/redirect")
        try blog.git("config", "core.sshCommand", "\(blog.folder)/redirect", in: blog.site)
        let pull = PullStrategy(path: blog.site)
        let commit = try blog.push(["new.html": "x\n"])
        let (result, note) = ServiceUser.$assumed.withValue(ServiceUser(name: user)) {
            pull.deploy(targets: [.main(commit)], stage.limits)
        }
        #expect(result == .deployed(commit))
        let words = try #require(note?.split(separator: "the repository has moved: ").first)
        try stage.paste(String(words))
        #expect(try blog.git("remote", "get-url", "origin", in: blog.site) == "ssh://git@blog-host/alice/moved.git")
        try stage.expectRecovery(of: PullStrategy(path: blog.site))
    }
}
