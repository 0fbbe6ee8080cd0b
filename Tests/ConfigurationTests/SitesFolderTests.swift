import Configuration
import Foundation
import Testing

@Suite struct `the folder of sites` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    @Test func `has a site in each file that ends in .toml and does not begin with a dot`() throws {
        try etc.write("sites/blog.toml", #"path = "/srv/blog""#)
        for name in [".blog.toml", "blog.toml~", "blog.toml.bak", ".toml", "README", "blog.TOML", "old/blog.toml"] {
            try etc.write("sites/\(name)", "not TOML")
        }
        #expect(try etc.load().sites.map(\.name) == ["blog"])
    }

    @Test func `is beside the main file`() throws {
        try etc.write("elsewhere/main.toml", "")
        try etc.write("elsewhere/sites/docs.toml", #"path = "/srv/docs""#)
        let source = ConfigurationSource(
            mainFile: etc("elsewhere/main.toml"), environment: ["GITHUB_SECRET": Etc.secret])
        #expect(try Configuration.load(source).sites.map(\.name) == ["docs"])
    }

    @Test func `must be a folder`() throws {
        try etc.write("sites", "")
        let hint = "move \(etc("sites")) away, or correct the path"
        #expect(etc.issues() == [ConfigurationIssue(etc("sites"), "is not a folder", hint: hint)])
    }

    @Test func `is no dangling link and no loop of links`() {
        symlink("nothing", etc("sites"))
        #expect(etc.issues().map(\.message) == ["is a symbolic link to a missing file"])
        unlink(etc("sites"))
        symlink("sites", etc("sites"))
        #expect(etc.issues().map(\.message) == ["is part of a loop of symbolic links"])
    }

    @Test func `escapes invisible characters of file names`() throws {
        try etc.write("sites/\u{202e}gnp\n.toml", #"path = "/srv/blog""#)
        let place = etc(#"sites/\u{202e}gnp\u{a}.toml"#)
        #expect(etc.issues().map(\.place) == [place])
        #expect(etc.issues().map(\.message) == [#"invalid site name \u{202e}gnp\u{a}"#])
    }

    @Test func `may be without a site`() throws {
        try etc.write("bellpull.toml", "")
        try etc.write("sites/README", "")
        let hint = "create \(etc("sites"))/blog.toml with the line path = \"/srv/blog\""
        let configuration = try etc.load([:])
        #expect(configuration.sites.isEmpty && !configuration.isOfEnvironment)
        #expect(
            configuration.warnings == [ConfigurationIssue(etc("bellpull.toml"), "no site is configured", hint: hint)])
    }
}
