import Foundation
import Testing

@testable import bellpull

@Suite struct `a pass to Bellpull in nginx's configuration` {
    let files: FileTree

    init() throws { files = try FileTree() }

    private func passes(_ text: String, to socket: String = "/run/bellpull.sock") throws -> [FastCGIPass] {
        try files.write(text, to: "nginx.conf")
        return FastCGIPass.find(in: try #require(NginxConfiguration(at: files.path)), to: socket)
    }

    @Test func `is found in its location`() throws {
        let passes = try passes("http { server { location /github { fastcgi_pass unix:/run/bellpull.sock; } } }")
        #expect(passes.map(\.location) == ["/github"])
    }

    @Test func `has the location as it was written`() throws {
        let passes = try passes("location ~ ^/(a|b)$ { if ($x) { fastcgi_pass unix:/run/bellpull.sock; } }")
        #expect(passes.map(\.location) == ["~ ^/(a|b)$"])
    }

    @Test func `is found in several locations`() throws {
        let text = """
            server { location /github { fastcgi_pass unix:/run/bellpull.sock; } }
            server { location /hooks { location /hooks/blog { fastcgi_pass unix:/run/bellpull.sock; } } }
            """
        #expect(try passes(text).map(\.location) == ["/github", "/hooks/blog"])
    }

    @Test(arguments: [
        "unix:/run/other.sock", "127.0.0.1:9000", "/run/bellpull.sock", "unix:/run/bellpull.sock.old", "backend",
    ])
    func `is not found for another address`(address: String) throws {
        #expect(try passes("location / { fastcgi_pass \(address); }").isEmpty)
    }

    @Test func `is not another directive with the same address`() throws {
        #expect(try passes("location / { proxy_pass unix:/run/bellpull.sock; } fastcgi_pass;").isEmpty)
    }

    @Test func `is found through an upstream`() throws {
        let text = """
            upstream bellpull { server unix:/run/bellpull.sock; }
            upstream other { server unix:/run/other.sock; }
            location /github { fastcgi_pass bellpull; }
            location /other { fastcgi_pass other; }
            """
        #expect(try passes(text).map(\.location) == ["/github"])
    }

    @Test func `is found through a symbolic link to the socket`() throws {
        try files.write("", to: "bellpull.sock")
        try FileManager.default.createSymbolicLink(
            atPath: files("link.sock"), withDestinationPath: files("bellpull.sock"))
        let text = "location /github { fastcgi_pass unix:\(files("link.sock")); }"
        #expect(try passes(text, to: files("bellpull.sock")).count == 1)
    }

    @Test func `inherits directives from the innermost block that has any`() throws {
        let text = """
            client_max_body_size 1m; access_log a; access_log b;
            server {
                client_max_body_size 2m;
                location /github { access_log c; fastcgi_pass unix:/run/bellpull.sock; }
            }
            """
        let pass = try #require(try passes(text).first)
        #expect(pass.value("client_max_body_size") == "2m")
        #expect(pass.directives("access_log").map(\.arguments) == [["c"]])
        #expect(pass.value("fastcgi_read_timeout") == nil)
        #expect(pass.directives("fastcgi_read_timeout").isEmpty)
    }

    @Test func `has no directives of a neighbouring block`() throws {
        let text = """
            server { location /a { access_log a; } location /github { fastcgi_pass unix:/run/bellpull.sock; } }
            """
        #expect(try #require(try passes(text).first).directives("access_log").isEmpty)
    }

    @Test func `has the last value where a block repeats a directive`() throws {
        let text = "location / { send_timeout 1; send_timeout 2; fastcgi_pass unix:/run/bellpull.sock; }"
        #expect(try #require(try passes(text).first).value("send_timeout") == "2")
    }
}
