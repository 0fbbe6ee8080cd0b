import Foundation
import Testing

@testable import Configuration

/// `debian/bellpull.toml`, which the package installs as the main file. A key is a line such as `#timeout = "5m"`, and prose
/// begins with `# `.
@Suite struct `the main file of the package` {
    private let etc: Etc
    private let lines: [String]

    init() throws {
        etc = try Etc()
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../debian/bellpull.toml").standardized
        lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Returns the lines with the comment sign removed from all keys except `left`, which exclude others.
    private func uncommented(without left: Set<String>) -> String {
        lines.map { line in
            guard let key = Self.key(line) else { return line }
            return left.contains(key) ? line : String(line.dropFirst())
        }.joined(separator: "\n").replacing("/etc/bellpull/", with: etc(""))
    }

    /// Returns the key of a line such as `#timeout = "5m"`, or `[[site]]`.
    private static func key(_ line: String) -> String? {
        guard line.hasPrefix("#"), let first = line.dropFirst().first, first != " " else { return nil }
        return String(line.dropFirst().prefix { $0 != " " })
    }

    @Test func `has every key of the program, and no other`() {
        let keys = lines.compactMap(Self.key)
        let table = keys.firstIndex(of: "[[site]]") ?? keys.endIndex
        #expect(keys[..<table].sorted() == Key.ofMainFile.filter { $0 != .site }.map(\.name).sorted())
        #expect(keys[table...].dropFirst().sorted() == Key.ofSiteTable.map(\.name).sorted())
    }

    @Test func `is read as installed, and describes no site`() throws {
        try etc.write("bellpull.toml", lines.joined(separator: "\n"))
        let configuration = try etc.load([:])
        #expect(configuration.sites.isEmpty && configuration.secrets == nil)
        #expect(configuration.warnings.map(\.message) == ["no site is configured"])
    }

    @Test(arguments: [
        ["secret_variable", "tag", "local_edits"],
        [
            "secret_file", "branch", "strategy", "remote", "shared", "keep", "build", "test", "health", "build_timeout",
            "test_timeout", "health_timeout", "health_status", "health_text", "health_retries", "on_newer",
            // Beside a single step without a fence, allow_read and allow_write would have no effect.
            "unfenced",
        ],
    ])
    func `is read with every comment removed`(without left: [String]) throws {
        for name in ["secret", "blog.secret"] { try etc.write(name, Etc.secret) }
        try etc.write("notify.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        try etc.write("blog.token", "ghp_0123", mode: 0o640)
        try etc.write("blog.env", "A=b")
        try etc.write("bellpull.toml", uncommented(without: Set(left)))
        let configuration = try etc.load(["GITHUB_SECRET": Etc.secret, "BLOG_SECRET": Etc.secret])
        #expect(configuration.sites.map(\.name) == ["blog"])
        #expect(configuration.warnings.isEmpty, "\(configuration.warnings)")
    }

    @Test func `has the program's defaults`() throws {
        let general = lines.prefix { !$0.hasPrefix("#[[site]]") }.compactMap { line in
            Self.key(line).flatMap {
                $0.hasPrefix("secret_") || $0.hasPrefix("notify") ? nil : String(line.dropFirst())
            }
        }
        try etc.write("written/bellpull.toml", general.joined(separator: "\n"))
        try etc.write("empty/bellpull.toml", "")
        func load(_ folder: String) throws -> Configuration {
            try Configuration.load(ConfigurationSource(mainFile: etc("\(folder)/bellpull.toml"), environment: [:]))
        }
        let (written, empty) = (try load("written"), try load("empty"))
        #expect(general.count == Key.ofMainFile.count - 3 - Key.ofNotices.count)
        #expect(written.answerWithin == empty.answerWithin && written.drain == empty.drain)
        #expect(written.bodyLimit == empty.bodyLimit && written.acceptsSHA1 == empty.acceptsSHA1)
        #expect(written.historyAge == empty.historyAge && written.historyCount == empty.historyCount)
        #expect(written.waitingReplies == empty.waitingReplies)
        // The default depends on the machine, and is at least the written value.
        #expect(written.parallelDeployments <= empty.parallelDeployments)
    }

    @Test func `has the defaults of a site where it says so`() throws {
        // The keys whose values are defaults: the others are examples, and say so in a comment.
        let defaults = ["submodules", "local_edits", "strategy = \"mirror\"", "branch = \"main\""]
        try etc.write(
            "sites/plain.toml", "repository = \"a/b\"\nbranch = \"main\"\nstrategy = \"mirror\"\npath = \"/a\"")
        let written = lines.filter { line in defaults.contains { $0 == Self.key(line) } }.map { $0.dropFirst() }
        #expect(written.count == 2)
        try etc.write(
            "sites/written.toml",
            "repository = \"a/b\"\nbranch = \"main\"\nstrategy = \"mirror\"\npath = \"/b\"\n"
                + written.joined(separator: "\n"))
        let sites = try etc.load().sites
        #expect(
            sites.count == 2 && sites[0].localEdits == sites[1].localEdits && sites[0].contents == sites[1].contents)
    }
}
