import TestSupport
import Testing

@testable import bellpull

@Suite struct `the version` {
    @Test func `is the newest in CHANGELOG.md`() throws {
        let lines = try ProjectFile.text("CHANGELOG.md").split(separator: "\n")
        let newest = lines.first { $0.hasPrefix("## [") }?.dropFirst(4).prefix { $0 != "]" }
        #expect(newest.map(String.init) == Bellpull.version)
        #expect(Bellpull.configuration.version == Bellpull.version)
    }

    @Test(arguments: ["man/bellpull.8", "man/bellpull.toml.5"])
    func `is in the manual`(page: String) throws {
        #expect(try ProjectFile.text(page).contains("\nThis page describes version \(Bellpull.version).\n"))
    }
}
