import Foundation
import TestSupport
import Testing

@testable import Configuration
@testable import bellpull

@Suite struct `the lines for nginx` {
    @Test(arguments: [
        ("blog", "$blog_release"), ("7of9", "$site_7of9_release"), ("a.b-c", "$a_b_c_release"),
    ])
    func `name a variable that nginx allows`(_ site: String, _ variable: String) {
        #expect(WebServerAdvice.variable(of: site) == variable)
    }

    @Test(
        .enabled(if: access("/usr/sbin/nginx", X_OK) == 0, "needs nginx"),
        arguments: ["pull", "release"],
        [("blog", "/srv/blog"), ("7of9", "/srv/7of9"), ("a.b-c", "/srv/a$b {c};\"d\\e#'f"), ("x", "/srv/$1")])
    func `are valid`(_ strategy: String, _ site: (name: String, path: String)) throws {
        let folder = try TemporaryFolder()
        var lines = SettingLines()
        lines.add("branch", "main")
        lines.add("path", site.path)
        lines.add("strategy", strategy)
        if strategy == "release" { lines.add("remote", "https://example.org/alice/blog.git") }
        let draft = try SiteDraft(name: site.name, text: lines.text, path: "/etc/bellpull/sites/x.toml")
        let advice = WebServerAdvice(
            for: draft.settings, nginx: folder("none"), socket: "/run/x.sock", environment: ["PATH": "/usr/sbin"])
        let before = "# Before the server block: "
        let block = advice.lines.filter { $0.hasPrefix(before) }.map { $0.dropFirst(before.count) }.joined()
        #expect(block.isEmpty == !site.path.contains("$"))
        let text = """
            pid \(folder("pid"));
            error_log stderr;
            events {}
            http {
                access_log off;
                client_body_temp_path \(folder("t1")); proxy_temp_path \(folder("t2")); fastcgi_temp_path \(folder("t3"));
                uwsgi_temp_path \(folder("t4")); scgi_temp_path \(folder("t5"));
                \(block)
                server {
                    listen unix:\(folder("socket"));
                    \(advice.lines.filter { !$0.hasPrefix("include ") }.joined(separator: "\n        "))
                }
            }
            """
        try text.write(toFile: folder("nginx.conf"), atomically: false, encoding: .utf8)
        let result = try Shell.run("/usr/sbin/nginx -t -c '\(folder("nginx.conf"))' 2>&1")
        #expect(result.isSuccess, "\(result.output)\n\(text)")
        // nginx says what it reads.
        let dump = try Shell.run("/usr/sbin/nginx -T -c '\(folder("nginx.conf"))' 2>/dev/null")
        #expect(dump.output.contains("disable_symlinks"))
    }
}
