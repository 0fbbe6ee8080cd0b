import Foundation
import TestSupport
import Testing

/// The site is at its commit, and visitors get something else.
@Suite(.onPlainThreads) struct `bellpull why, as a visitor,` {
    @Test func `finds that nginx serves another folder`() throws {
        let site = try ServedSite(changes: [("    root  ", "    root /var/empty; #")])
        try site.expectWhy(
            "old page", "nginx serves /var/empty, and the site is", remedy: "write root \(site.clone.path);",
            url: "http://blog.example.com:\(site.web.port)/")
    }

    @Test func `finds an old page of a cache in between, and of another server`() throws {
        let old = """
                index index.html;
                location = /cdn { add_header Age 100; return 200 old; }
                location = /old { return 200 old; }

            """
        let site = try ServedSite(changes: [("    index index.html;\n", old)])
        let address = "http://127.0.0.1:\(site.web.port)"
        try site.expectWhy(
            "old page", "nginx on this machine has the new page, and \(address)/cdn has another one: Age: 100",
            remedy: "empty the cache", url: "\(address)/cdn")
        try site.expectWhy(
            "old page", "something in between keeps the old one", remedy: "empty the cache",
            url: "\(address)/old", isGuess: true)
        try site.expectWhy("live", remedy: nil, url: "\(address)/")
    }

    @Test func `finds an error that visitors get`() throws {
        let errors = """
                index index.html;
                location = /broken { return 500; }
                location = /login { return 401; }

            """
        let site = try ServedSite(changes: [("    index index.html;\n", errors)])
        let address = "http://127.0.0.1:\(site.web.port)"
        try site.expectWhy(
            "error page", "visitors get 500 from \(address)/broken", remedy: "/var/log/nginx/error.log",
            url: "\(address)/broken")
        try site.expectWhy("live", remedy: nil, url: "\(address)/login")
    }

    @Test(arguments: [86_400, Int.max]) func `tells of pages that browsers keep`(seconds: Int) throws {
        let site = try ServedSite(changes: [
            ("    index index.html;\n", "    index index.html;\n    add_header Cache-Control max-age=\(seconds);\n")
        ])
        try site.expectWhy(
            "live", "browsers that have been there may show the old page for up to ", remedy: "no-cache",
            url: "http://127.0.0.1:\(site.web.port)/")
    }

    @Test func `tells why visitors get no answer`() throws {
        let site = try ServedSite()
        let refused = try freePort()
        try site.expectWhy(
            "live", "http://127.0.0.1:\(refused)/: 127.0.0.1 refuses the connection",
            remedy: "systemctl status nginx",
            url: "http://127.0.0.1:\(refused)/")
        for (url, reason, remedy) in [
            ("http://nowhere.invalid/", "this machine does not know the host nowhere.invalid", "getent hosts"),
            ("https://127.0.0.1:\(site.web.port)/", "TLS fails: ", "ssl"),
        ] {
            try WhyVerdict(site.why(["blog", "--json"], url: url)).expect("live", "\(url): \(reason)", remedy: remedy)
        }
    }
}
