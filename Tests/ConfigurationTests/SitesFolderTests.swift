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

    @Test func `is beside the main file, wherever that is`() throws {
        try etc.write("elsewhere/main.toml", "")
        try etc.write("elsewhere/sites/docs.toml", #"path = "/srv/docs""#)
        let source = ConfigurationSource(
            mainFile: etc("elsewhere/main.toml"), environment: ["GITHUB_SECRET": Etc.secret])
        #expect(try Configuration.load(source).sites.map(\.name) == ["docs"])
    }

    @Test func `has to be a folder`() throws {
        try etc.write("sites", "")
        let hint = "move \(etc("sites")) away, or correct the name"
        #expect(etc.issues() == [ConfigurationIssue(etc("sites"), "is not a folder", hint: hint)])
    }

    @Test func `is no link to nothing or to itself`() {
        symlink("nothing", etc("sites"))
        #expect(etc.issues().map(\.message) == ["is a symbolic link to something that does not exist"])
        unlink(etc("sites"))
        symlink("sites", etc("sites"))
        #expect(etc.issues().map(\.message) == ["is a symbolic link that leads back to itself"])
    }

    @Test func `shows names that nobody should see as they are`() throws {
        try etc.write("sites/\u{202e}gnp\n.toml", #"path = "/srv/blog""#)
        let place = etc(#"sites/\u{202e}gnp\u{a}.toml"#)
        #expect(etc.issues().map(\.place) == [place])
        #expect(etc.issues().map(\.message) == [#"\u{202e}gnp\u{a} cannot be a site's name"#])
    }

    @Test func `is not enough without a site`() throws {
        try etc.write("bellpull.toml", "")
        try etc.write("sites/README", "")
        let hint = "create \(etc("sites"))/blog.toml with path = \"/srv/blog\", or add such a [[site]]"
        #expect(etc.issues() == [ConfigurationIssue(etc("bellpull.toml"), "there is no site", hint: hint)])
    }
}
