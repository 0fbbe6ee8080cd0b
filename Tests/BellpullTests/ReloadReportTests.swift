import Foundation
import Testing

@testable import Configuration
@testable import bellpull

@Suite struct `the report on a reload` {
    private let mistake = ConfigurationIssue("/etc/bellpull/sites/shop.toml:3", "unknown key brunch", hint: "branch")

    private func loaded(
        kept: [String] = [], unusable: [String] = [], mistakes: [ConfigurationIssue] = [],
        warnings: [ConfigurationIssue] = [], isApplied: Bool = true
    ) -> LoadedConfiguration {
        let names = ["blog"] + kept
        let sites = names.map { name in
            let settings = SiteSettings(
                name: name, path: "/srv/\(name)", repository: nil, follows: nil, strategy: .pull, forge: nil,
                timeout: .seconds(1), catchUp: nil, secrets: nil, secretSource: nil, url: nil,
                place: "/etc/bellpull/sites/\(name).toml")
            return LoadedConfiguration.Site(
                settings, repository: nil, follows: nil, isKept: !isApplied || kept.contains(name))
        }
        let rejected = unusable.map { name in
            var site = ParsedSite(place: "/etc/bellpull/sites/\(name).toml")
            site.name = SiteName(name)
            return LoadedConfiguration.Site(RejectedSite(site))
        }
        return LoadedConfiguration(
            pid: 1, time: Date(), loads: 2, mainFile: "/etc/bellpull/bellpull.toml", isApplied: isApplied,
            sites: sites + rejected, mistakes: mistakes, warnings: warnings)
    }

    private func errors(_ loaded: LoadedConfiguration, withMistakes: Bool = true) -> [String]? {
        ReloadReport(loaded).error(withMistakes: withMistakes)?.explanations.map(\.message)
    }

    @Test func `counts the sites after a reload without mistakes`() {
        #expect(ReloadReport(loaded()).summary == "reloaded, 1 site")
        #expect(ReloadReport(loaded(kept: ["shop"])).summary == "reloaded, 2 sites")
        #expect(errors(loaded()) == nil)
    }

    @Test func `names the sites that keep their settings, and those that cannot be deployed`() {
        let text = "/etc/bellpull/sites/shop.toml:3: unknown key brunch"
        #expect(
            errors(loaded(kept: ["shop"], mistakes: [mistake]))
                == [text, "shop keeps its earlier settings; everything else was reloaded"])
        #expect(
            errors(loaded(kept: ["a", "b"], unusable: ["c"], mistakes: [mistake]), withMistakes: false)
                == ["a, b keep their earlier settings; c cannot be deployed; everything else was reloaded"])
        let many = (1...12).map { "x\($0)" }
        #expect(
            errors(loaded(unusable: many, mistakes: [mistake]), withMistakes: false)?.first?.contains(
                "x10 and 2 more cannot be deployed") == true)
    }

    @Test func `says that everything stays as it was after a mistake in the main file`() {
        #expect(
            errors(loaded(mistakes: [mistake], isApplied: false), withMistakes: false)
                == ["nothing was reloaded; bellpull keeps all its earlier settings"])
    }

    @Test func `has the warnings with their hints`() {
        let warning = ConfigurationIssue("/a.toml", "the file is writable by all users", hint: "chmod o-w /a.toml")
        #expect(
            ReloadReport(loaded(warnings: [warning])).warnings
                == "bellpull: warning: /a.toml: the file is writable by all users\nbellpull: hint: chmod o-w /a.toml\n")
    }

    @Test func `has no control characters of a hostile service`() {
        let hostile = ConfigurationIssue("/a\u{1b}[2J", "no\u{7} \\u{a}", hint: "rm\u{202e}")
        let error = ReloadReport(loaded(mistakes: [hostile])).error(withMistakes: true)
        #expect(error?.explanations.first?.message == #"/a\u{1b}[2J: no\u{7} \u{a}"#)
        #expect(error?.explanations.first?.hint == #"rm\u{202e}"#)
    }
}
