import Testing

@testable import Configuration

@Suite struct `the draft of a site's file` {
    @Test(arguments: ["/srv/blog", "/srv/my \"blog\"", "/srv/back\\slash", "/srv/Grüße", "/srv/a#b", "/srv/a'b"])
    func `quotes a value so that it is read again`(_ path: String) throws {
        var lines = SettingLines(["one\ntwo"])
        lines.add("path", path)
        lines.add("branch", nil)
        lines.add("url", "https://blog.example.com/")
        #expect(lines.text.hasPrefix("# one two\npath = "))
        let draft = try SiteDraft(name: "blog", text: lines.text, path: "/etc/bellpull/sites/blog.toml")
        #expect(draft.settings.path == path)
        #expect(draft.settings.place == "/etc/bellpull/sites/blog.toml")
        #expect(draft.settings.url?.origin == "https://blog.example.com")
        #expect(draft.secretFile == nil)
    }

    @Test func `escapes control and invisible characters`() throws {
        #expect(SettingLines.quoted("a\n\t\u{1}\u{1f}b") == #""a\n\t\u0001\u001fb""#)
        #expect(SettingLines.quoted("\u{9b}ü\u{202e}\u{e0001}") == #""\u009bü\u202e\U000e0001""#)
        var lines = SettingLines()
        lines.add("path", "/srv/u\u{308}")
        #expect(!lines.text.contains("\u{308}"))
        #expect(
            try SiteDraft(name: "blog", text: lines.text, path: "/etc/x.toml").settings.path.unicodeScalars
                .elementsEqual(
                    "/srv/u\u{308}".unicodeScalars))
    }

    @Test func `is compared with the sites that are there`() throws {
        let etc = try Etc()
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"")
        var source = ConfigurationSource(mainFile: nil, environment: [:], fallbackMainFile: etc("bellpull.toml"))
        source.readsSecrets = false
        source.sitesInUse = Set(Configuration.loadCollectingIssues(source).configuration.sites.map(\.origin))
        #expect(source.sitesInUse.count == 1)
        for (name, path) in [("shop", "/srv/shop"), ("two", "/srv/blog/")] {
            source.drafts.append(
                try SiteDraft(name: name, text: "path = \"\(path)\"", path: etc("sites/\(name).toml")))
        }
        let (configuration, issues) = Configuration.loadCollectingIssues(source)
        #expect(configuration.sites.map(\.name) == ["blog", "shop"])
        #expect(issues.map(\.place) == [etc("sites/two.toml")])
    }

    @Test func `names the secret's file without reading it, and reports every mistake`() throws {
        let draft = try SiteDraft(
            name: "blog", text: "path = \"/srv/blog\"\nsecret_file = \"/nowhere\"\n",
            path: "/etc/bellpull/sites/blog.toml")
        #expect(draft.secretFile == "/nowhere")
        let error = #expect(throws: ConfigurationError.self) {
            try SiteDraft(name: "blog", text: "path = \"blog\"\nurl = \"x\"\n", path: "/etc/x.toml")
        }
        #expect(error?.issues.count == 2)
    }

    @Test(arguments: [
        ("https://s3cr3t@github.com/alice/blog", "s3cr3t"), ("HTTPS://a:b@github.com/alice/blog", "a:b"),
        ("ssh://git:pw@host/alice/blog", "pw"),
    ])
    func `refuses a remote with a password, without showing it`(_ url: String, _ secret: String) throws {
        let fault = try #require(RemoteText.fault(url))
        #expect(!fault.fact.contains(secret) && !fault.hint.contains(secret))
    }
}
