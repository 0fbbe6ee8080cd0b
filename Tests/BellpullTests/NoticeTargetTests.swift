import Configuration
import Foundation
import Processes
import TestSupport
import Testing

@testable import bellpull

@Suite(.onPlainThreads) struct `the forge of a site with statuses` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try "t0ken".write(toFile: folder("token"), atomically: false, encoding: .utf8)
        chmod(folder("token"), 0o600)
    }

    /// Returns the address of the interface for a clone of `remote`, whose site has `lines`.
    private func base(_ remote: String, _ lines: String = "") throws -> String? {
        let script = "rm -rf \"$1\" && git init -q \"$1\" && git -C \"$1\" remote add origin \"$2\""
        _ = try Shell.command(script, [folder("blog"), remote]).run(
            until: .now + .seconds(20), cancellation: Cancellation())
        let text = "path = \"\(folder("blog"))\"\nstatus_token_file = \"\(folder("token"))\"\n\(lines)"
        try FileManager.default.createDirectory(atPath: folder("sites"), withIntermediateDirectories: true)
        try text.write(toFile: folder("sites/blog.toml"), atomically: false, encoding: .utf8)
        try "".write(toFile: folder("bellpull.toml"), atomically: false, encoding: .utf8)
        let source = ConfigurationSource(
            mainFile: folder("bellpull.toml"), environment: ["GITHUB_SECRET": "0123456789abcdef0123"])
        let settings = try #require(try Configuration.load(source).sites.first)
        let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        return NoticeTarget(settings) { "alice/blog" }.statusAPI(environment: environment, Cancellation())?.base
    }

    @Test(
        arguments: [
            ("git@github.com:alice/blog.git", "", "https://api.github.com"),
            ("ssh://git@ssh.github.com:443/alice/blog.git", "", "https://api.github.com"),
            ("https://gitlab.com/alice/blog.git", "", "https://gitlab.com/api/v4"),
            ("git@codeberg.org:alice/blog.git", "", "https://codeberg.org/api/v1"),
            ("https://alice:pw@bitbucket.org/alice/blog.git", "", "https://api.bitbucket.org/2.0"),
            ("https://git.example.com:3000/alice/blog.git", "forge = \"gitea\"", "https://git.example.com:3000/api/v1"),
            ("ssh://git@git.example.com:2222/alice/blog.git", "forge = \"github\"", "https://git.example.com/api/v3"),
            (
                "git@alias:alice/blog.git", "status_api = \"https://gitlab.example.com/api/v4\"",
                "https://gitlab.example.com/api/v4"
            ),
            (
                "git@alias:alice/blog.git", "forge = \"gitlab\"\nstatus_api = \"https://gitlab.example.com/api/v4\"",
                "https://gitlab.example.com/api/v4"
            ),
            ("/srv/git/alice/blog.git", "status_api = \"https://gitlab.com/api/v4\"", "https://gitlab.com/api/v4"),
            ("git@git.example.com:alice/blog.git", "", nil), ("/srv/git/blog.git", "forge = \"gitea\"", nil),
        ] as [(String, String, String?)])
    func `is found by the remote of the clone`(_ remote: String, _ lines: String, _ expected: String?) throws {
        #expect(try base(remote, lines) == expected)
    }
}
