import Foundation
import Git
import TestSupport
import Testing

@testable import bellpull

@Suite(.onPlainThreads) struct `the known hosts` {
    /// The fingerprints on the forges' own pages.
    static let fingerprints = [
        "github.com": "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
        "gitlab.com": "SHA256:eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8",
        "bitbucket.org": "SHA256:ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM",
        "codeberg.org": "SHA256:mIlxA9k46MmM6qdJOdMnAQpzGxF4WIVVL+fj+wZbw0g",
    ]

    @Test func `have the keys that the forges publish, once each`() throws {
        let folder = try TemporaryFolder()
        let hosts = KnownHosts(in: StateDirectory(environment: ["STATE_DIRECTORY": folder.path]))
        for host in Self.fingerprints.keys.sorted() + ["github.com", "git.example.org"] {
            try hosts.addPublishedKey(for: RemoteURL("git@\(host):alice/blog.git"))
        }
        // Another port is another server.
        try hosts.addPublishedKey(for: RemoteURL("ssh://git@github.com:2222/alice/blog.git"))
        let listed = try Shell.run("ssh-keygen -lf '\(hosts.path)'").output.split(separator: "\n").map { line in
            line.split(separator: " ").dropFirst().prefix(2).map(String.init)
        }
        let found = Dictionary(uniqueKeysWithValues: listed.map { ($0[1], $0[0]) })
        #expect(listed.count == 4 && found == Self.fingerprints)
    }

    @Test func `keep lines that were there`() throws {
        let folder = try TemporaryFolder()
        let hosts = KnownHosts(in: StateDirectory(environment: ["STATE_DIRECTORY": folder.path]))
        try "old.example ssh-ed25519 AAAA".write(toFile: hosts.path, atomically: false, encoding: .utf8)
        try hosts.add("new.example ssh-ed25519 BBBB")
        try hosts.add("new.example ssh-ed25519 BBBB")
        #expect(
            try String(contentsOfFile: hosts.path, encoding: .utf8)
                == "old.example ssh-ed25519 AAAA\nnew.example ssh-ed25519 BBBB\n")
    }
}

@Suite(.onPlainThreads) struct `a deploy key` {
    @Test(arguments: [
        ("git@github.com:Alice/Blog.git", "github.com+alice+blog"),
        ("https://github.com/alice/blog", "github.com+alice+blog"),
        ("ssh://git@example.org:2222/a/b.git", "example.org=3a2222+a+b"), ("git@host:a+b/../c", "host+a=2bb+..+c"),
    ])
    func `belongs to one repository`(_ url: String, _ name: String) {
        let state = StateDirectory(environment: ["STATE_DIRECTORY": "/state"])
        #expect(DeployKey.path(of: url, in: state) == "/state/keys/\(name)")
    }

    @Test func `is made once, without a passphrase, and only for its user`() throws {
        let folder = try TemporaryFolder()
        let state = StateDirectory(environment: ["STATE_DIRECTORY": folder.path])
        let url = "git@example.org:alice/blog.git"
        #expect(DeployKey(of: url, in: state) == nil)
        let key = try DeployKey.create(of: url, in: state, .within(.seconds(20)))
        #expect(DeployKey(of: url, in: state) == key)
        #expect(
            try Shell.run("ssh-keygen -y -P '' -f '\(key.path)'").output.split(separator: " ")[1]
                == key.publicKey.split(separator: " ")[1])
        #expect(try Shell.run("stat -c %a '\(key.path)' '\(folder("keys"))'").output == "600\n700\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("keys")).count == 2)
    }
}
