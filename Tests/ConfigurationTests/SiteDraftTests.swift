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

    @Test func `escapes control characters`() {
        #expect(SettingLines.quoted("a\n\t\u{1}\u{1f}b") == #""a\n\t\u0001\u001fb""#)
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
