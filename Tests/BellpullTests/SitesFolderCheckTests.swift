import Testing

@testable import bellpull

@Suite struct `the check of the sites' folder` {
    @Test func `names files that look like sites, and no others`() throws {
        let files = try FileTree()
        let names = [
            "blog.toml", "a.conf", "b.TOML", "c", "d.yaml", "blog.toml~", ".e.toml.swp", "f.toml.bak",
            "g.toml.dpkg-dist",
            "README.md", "h.toml.disabled", "i.d/x.conf",
        ]
        for name in names { try files.write("", to: "sites/\(name)") }
        let found = SitesFolderCheck(folder: files("sites")).results
        #expect(found.map(\.severity) == [.warning, .warning, .warning, .warning])
        #expect(
            found.map { $0.message.split(separator: " ").first.map(String.init) }
                == ["a.conf", "b.TOML", "c", "d.yaml"]
                .map { files("sites/\($0)") })
        #expect(
            found.first?.hint == "mv -n \(files("sites/a.conf")) \(files("sites/a.toml")) && systemctl reload bellpull")
        #expect(SitesFolderCheck(folder: files("nowhere")).results.isEmpty)
    }
}
