import Configuration
import Testing

@Suite struct `the url of a site` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    private func issues(_ url: String) throws -> [ConfigurationIssue] {
        try etc.issues(ofSite: "path = \"/srv/blog\"\nurl = \(url)")
    }

    @Test(arguments: [
        ("https://blog.example.com/", "https://blog.example.com", "/"),
        ("https://blog.example.com", "https://blog.example.com", "/"),
        ("HTTP://Blog.Example.com:8080/a/b%20c", "http://blog.example.com:8080", "/a/b%20c"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80", "/"), ("https://[::1]:8443/", "https://[::1]:8443", "/"),
        ("https://blog.example.com:/", "https://blog.example.com", "/"),
        ("http://localhost./", "http://localhost.", "/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example", "/"),
    ])
    func `has a scheme, a host, and perhaps a port and a path`(_ text: String, origin: String, path: String) throws {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"\nurl = \"\(text)\"")
        let url = try #require(try etc.load().sites.first?.url)
        #expect(url.origin == origin && url.path == path)
        #expect(url.isEncrypted == origin.hasPrefix("https"))
    }

    @Test func `is not required`() throws {
        try etc.write("sites/blog.toml", "path = \"/srv/blog\"")
        #expect(try #require(try etc.load().sites.first).url == nil)
    }

    @Test(arguments: [
        ("", "url is empty", #"url = "https://blog.example.com/""#),
        (
            "a.example.com", "url has no http:// or https:// at its beginning: a.example.com",
            #"url = "https://a.example.com/""#
        ),
        (
            "a:8080/x", "url has no http:// or https:// at its beginning: a:8080/x", #"url = "https://a:8080/x""#
        ),
        (
            "ftp://a/", "url has no http:// or https:// at its beginning: ftp://a/",
            #"url = "https://blog.example.com/""#
        ),
        (
            "https:/a/", "url has no http:// or https:// at its beginning: https:/a/",
            #"url = "https://blog.example.com/""#
        ),
        ("https://a/?b=c", "url contains a query or a fragment: https://a/?b=c", #"url = "https://a/""#),
        ("https://a#top", "url contains a query or a fragment: https://a#top", #"url = "https://a/""#),
        ("https://", "url is not the address of a site: https://", #"url = "https://blog.example.com/""#),
        ("https:///x", "url is not the address of a site: https:///x", #"url = "https://blog.example.com/""#),
        ("https://a:0/", "url is not the address of a site: https://a:0/", #"url = "https://blog.example.com/""#),
        (
            "https://a:99999/", "url is not the address of a site: https://a:99999/",
            #"url = "https://blog.example.com/""#
        ),
        ("https://a:+1/", "url is not the address of a site: https://a:+1/", #"url = "https://blog.example.com/""#),
        ("https://a..b/", "url is not the address of a site: https://a..b/", #"url = "https://blog.example.com/""#),
        ("https://-a/", "url is not the address of a site: https://-a/", #"url = "https://blog.example.com/""#),
        ("https://*.a/", "url is not the address of a site: https://*.a/", #"url = "https://blog.example.com/""#),
        ("https://[::x]/", "url is not the address of a site: https://[::x]/", #"url = "https://blog.example.com/""#),
        ("https://[::1]8/", "url is not the address of a site: https://[::1]8/", #"url = "https://blog.example.com/""#),
        ("https://a b/", "url is not the address of a site: https://a b/", #"url = "https://blog.example.com/""#),
        (
            "https://bücher.de/", "url is not the address of a site: https://bücher.de/",
            #"url = "https://blog.example.com/""#
        ),
        ("https://a/é", "url is not the address of a site: https://a/é", #"url = "https://blog.example.com/""#),
    ])
    func `is refused with a remedy`(_ text: String, message: String, hint: String) throws {
        #expect(
            try issues("\"\(text)\"") == [ConfigurationIssue(etc("sites/blog.toml:2"), message, hint: hint)])
    }

    @Test func `shows no password`() throws {
        let found = try issues(#""https://alice:hunter2@blog.example.com/""#)
        #expect(found.map(\.message) == ["url contains a user or a password"])
        #expect(!"\(found)".contains("hunter2"))
    }

    @Test func `is a string, in a site's file`() throws {
        #expect(try issues("8080").map(\.message) == ["url is an integer, but must be a string"])
        try etc.write("bellpull.toml", #"url = "https://a/""#)
        #expect(etc.issues().contains { $0.hint == "move url to a site: to sites/NAME.toml or into a [[site]] table" })
    }
}
