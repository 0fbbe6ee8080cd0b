import Foundation
import Testing

@testable import Configuration
@testable import bellpull

@Suite struct `the comparison with the running service` {
    private let etc: FileTree
    private let loadTime = Int(Date().timeIntervalSince1970) - 100

    init() throws {
        etc = try FileTree()
        try write("secret", "0123456789abcdef0123")
        try write("bellpull.toml", "secret_file = \"\(etc("secret"))\"\n")
        try write("sites/blog.toml", "path = \"/srv/blog\"\nbranch = \"main\"\nrepository = \"alice/blog\"\n")
    }

    /// Writes the file `name` long before the load.
    private func write(_ name: String, _ text: String) throws {
        try etc.write(text, to: name)
        chmod(etc(name), 0o600)
        try modify(name, at: loadTime - 1000)
    }

    private func modify(_ name: String, at time: Int) throws {
        var times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, etc(name), &times, 0) == 0)
    }

    private func read() -> Configuration {
        Configuration.loadCollectingIssues(
            ConfigurationSource(environment: [:], fallbackMainFile: etc("bellpull.toml"))
        ).configuration
    }

    /// Returns what a service has loaded from the present files.
    private func load(
        _ kept: Set<String> = [], isApplied: Bool = true, mainFile: String? = nil, clone: (String, String)? = nil
    ) -> LoadedConfiguration {
        let files = read()
        return LoadedConfiguration(
            pid: getpid(), time: Date(timeIntervalSince1970: TimeInterval(loadTime)), loads: 1,
            mainFile: mainFile ?? etc("bellpull.toml"), isApplied: isApplied,
            sites: files.sites.map {
                LoadedConfiguration.Site(
                    $0, repository: $0.repository?.description ?? clone?.0,
                    follows: $0.follows?.description ?? clone?.1, isKept: !isApplied || kept.contains($0.name))
            } + files.rejectedSites.map { LoadedConfiguration.Site($0) },
            mistakes: isApplied ? files.issuesOfSites : [ConfigurationIssue("bellpull.toml", "a mistake")], warnings: []
        )
    }

    private func results(_ loaded: LoadedConfiguration, _ names: [String] = [], environmentFile: String? = nil)
        -> [String]
    {
        let check = LoadedCheck(
            loaded: loaded, files: read(), mainFile: etc("bellpull.toml"), environmentFile: environmentFile,
            reload: "systemctl reload bellpull", now: Date(timeIntervalSince1970: TimeInterval(loadTime + 100)))
        let found = check.results(names)
        #expect(found.allSatisfy { $0.severity == .ok || $0.hint == "systemctl reload bellpull" }, "\(found)")
        return found.map { "\($0.severity) \($0.subject): \($0.message)" }
    }

    private static let agreement = ["ok configuration: the running bellpull has loaded these settings"]

    @Test func `is content after a load of the files`() throws {
        #expect(results(load()) == Self.agreement)
        // Settings that only the clone tells are known to the service alone.
        try write("sites/blog.toml", "path = \"/srv/blog\"")
        #expect(results(load(clone: ("alice/blog", "main"))) == Self.agreement)
        #expect(results(load()) == Self.agreement)
        try write("bellpull.toml", "secret_file = \"\(etc("secret"))\"\n[[site]]\nname = \"app\"\npath = \"/srv/app\"")
        let loaded = load()
        // The table is in another line now.
        try write(
            "bellpull.toml", "secret_file = \"\(etc("secret"))\"\n\n[[site]]\nname = \"app\"\npath = \"/srv/app\"")
        #expect(results(loaded) == Self.agreement)
    }

    @Test func `finds a site that was not loaded`() throws {
        let loaded = load()
        try write("sites/shop.toml", "path = \"/srv/shop\"")
        #expect(
            results(loaded) == [
                "error shop: the running bellpull has not loaded this site from \(etc("sites/shop.toml"))"
            ])
        #expect(results(loaded, ["blog"]) == Self.agreement)
    }

    @Test func `finds a site that is gone from the files`() throws {
        try write("sites/shop.toml", "path = \"/srv/shop\"")
        let loaded = load()
        unlink(etc("sites/shop.toml"))
        #expect(
            results(loaded) == [
                "warning shop: the running bellpull still deploys this site, which is gone from the files"
            ])
        #expect(results(loaded, ["blog"]) == Self.agreement)
    }

    @Test(arguments: [
        ("path = \"/srv/new\"\nbranch = \"main\"\nrepository = \"alice/blog\"", "path /srv/blog instead of /srv/new"),
        ("path = \"/srv/blog\"\nbranch = \"next\"\nrepository = \"alice/blog\"", "ref main instead of next"),
        (
            "path = \"/srv/blog\"\nbranch = \"main\"\nrepository = \"bob/blog\"",
            "repository alice/blog instead of bob/blog"
        ),
        (
            "path = \"/srv/blog\"\nbranch = \"main\"\nrepository = \"alice/blog\"\nstrategy = \"mirror\"",
            "strategy pull instead of mirror"
        ),
    ])
    func `finds a setting that was not loaded`(_ text: String, difference: String) throws {
        let loaded = load()
        try write("sites/blog.toml", text)
        #expect(
            results(loaded) == ["error blog: the running bellpull has other settings than the files: \(difference)"])
    }

    @Test func `finds variables of steps that were not loaded`() throws {
        try write("blog.env", "A=b")
        try write(
            "sites/blog.toml", "path = \"/srv/blog\"\nafter = \"true\"\nenvironment_file = \"\(etc("blog.env"))\"")
        let loaded = load()
        #expect(results(loaded) == Self.agreement)
        try modify("blog.env", at: loadTime + 10)
        let found = results(loaded)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("warning blog: \(etc("blog.env")) has changed since") == true, "\(found)")
    }

    @Test func `finds a site of another file`() throws {
        let loaded = load()
        unlink(etc("sites/blog.toml"))
        let table = "[[site]]\nname = \"blog\"\npath = \"/srv/blog\"\nbranch = \"main\"\nrepository = \"alice/blog\"\n"
        try write("bellpull.toml", "secret_file = \"\(etc("secret"))\"\n\(table)")
        let (old, new) = (etc("sites/blog.toml"), etc("bellpull.toml:2"))
        #expect(
            results(loaded) == ["warning blog: the running bellpull has loaded this site from \(old), not from \(new)"])
    }

    @Test func `finds a mistake that was corrected and not loaded`() throws {
        #expect(
            results(load(["blog"])) == [
                "warning blog: the running bellpull keeps earlier settings, as the file had a mistake when it was last read, "
                    + "100 s ago"
            ])
        try write("sites/shop.toml", "path = \"/srv/shop\"\nbrunch = 1")
        let loaded = load()
        // The mistake itself is told by the check of the files.
        #expect(results(loaded) == Self.agreement)
        try write("sites/shop.toml", "path = \"/srv/shop\"")
        #expect(
            results(loaded) == [
                "error shop: the running bellpull does not use this site, as the file had a mistake when it was last read, "
                    + "100 s ago"
            ])
    }

    @Test func `leaves a site with a mistake to the check of the files`() throws {
        let loaded = load()
        try write("sites/blog.toml", "path = \"/srv/other\"\nbrunch = 1")
        #expect(results(loaded) == Self.agreement)
    }

    @Test func `finds that the last load changed nothing`() {
        #expect(
            results(load(isApplied: false)) == [
                "warning configuration: the running bellpull keeps all earlier settings, as the files had a mistake when they "
                    + "were last read, 100 s ago"
            ])
    }

    @Test(arguments: ["bellpull.toml", "sites/blog.toml", "secret"])
    func `finds a file that changed after the load`(_ name: String) throws {
        let loaded = load()
        try modify(name, at: loadTime)
        #expect(results(loaded) == Self.agreement)
        try modify(name, at: loadTime + 1)
        let subject = name == "sites/blog.toml" ? "blog" : "configuration"
        #expect(
            results(loaded) == [
                "warning \(subject): \(etc(name)) has changed since the running bellpull read it, 100 s ago"
            ])
        // A clock was wrong, and a reload would not help.
        try modify(name, at: loadTime + 100_000)
        #expect(results(loaded) == Self.agreement)
    }

    @Test func `finds that a site's own secret changed after the load`() throws {
        try write("own", "0123456789abcdef0123")
        try write("sites/blog.toml", "path = \"/srv/blog\"\nsecret_file = \"\(etc("own"))\"")
        let loaded = load()
        #expect(results(loaded) == Self.agreement)
        try modify("own", at: loadTime + 1)
        #expect(
            results(loaded) == ["warning blog: \(etc("own")) has changed since the running bellpull read it, 100 s ago"]
        )
    }

    @Test func `finds that the environment file changed after the start`() throws {
        try write("environment", "A=B")
        let check = LoadedCheck(
            loaded: load(), files: read(), mainFile: etc("bellpull.toml"), environmentFile: etc("environment"),
            reload: "systemctl reload bellpull", now: Date(timeIntervalSince1970: TimeInterval(loadTime + 100)))
        #expect(check.results().map(\.severity) == [.ok])
        try modify("environment", at: loadTime + 1)
        #expect(check.results().map(\.hint) == ["systemctl restart bellpull"])
    }

    @Test func `does not compare the files of another service`() throws {
        let check = LoadedCheck(
            loaded: load(mainFile: "/etc/other/bellpull.toml"), files: read(), mainFile: etc("bellpull.toml"),
            environmentFile: nil, reload: "systemctl reload bellpull",
            now: Date(timeIntervalSince1970: TimeInterval(loadTime + 100)))
        #expect(check.results().map(\.severity) == [.warning])
        #expect(check.results().map(\.hint) == ["bellpull check --config /etc/other/bellpull.toml"])
        #expect(results(load(mainFile: "bellpull.toml")) == Self.agreement)
    }

    @Test func `names five of many sites`() throws {
        let loaded = load()
        for number in 0..<8 { try write("sites/new\(number).toml", "path = \"/srv/new\(number)\"") }
        let found = results(loaded)
        #expect(found.count == 6)
        #expect(found.last == "error configuration: 3 more sites differ in the files and in the running bellpull")
    }
}
