import Testing

@testable import bellpull

@Suite struct `the address of a hook` {
    let files: FileTree

    init() throws { files = try FileTree() }

    private func address(_ server: String, location: String = "^~ /github/", site: String? = nil) throws -> HookAddress?
    {
        try files.write(
            "http { server { \(server) location \(location) { fastcgi_pass unix:/run/b.sock; } } }", to: "nginx.conf")
        let nginx = try #require(NginxConfiguration(at: files.path))
        return HookAddress(try #require(FastCGIPass.find(in: nginx, to: "/run/b.sock").first), site: site)
    }

    @Test(arguments: [
        ("", "http://localhost/github", "127.0.0.1:80"),
        ("listen 80; server_name blog.example.com;", "http://blog.example.com/github", "127.0.0.1:80"),
        ("listen *:8080; server_name a b;", "http://a:8080/github", "127.0.0.1:8080"),
        ("listen [::]:80; server_name a;", "http://a/github", "[::1]:80"),
        ("listen [::1]; server_name a;", "http://a/github", "[::1]:80"),
        ("listen 192.0.2.1:81; server_name a;", "http://a:81/github", "192.0.2.1:81"),
        ("listen 192.0.2.1; server_name a;", "http://a/github", "192.0.2.1:80"),
        ("listen 80; listen 443 ssl http2; server_name a;", "https://a/github", "127.0.0.1:443"),
        ("listen 443 quic; listen 8443 ssl; server_name a;", "https://a:8443/github", "127.0.0.1:8443"),
        ("listen unix:/run/n.sock; server_name a;", "http://a/github", "/run/n.sock"),
        ("server_name _;", "http://localhost/github", "127.0.0.1:80"),
        ("server_name *.example.com;", "http://bellpull.example.com/github", "127.0.0.1:80"),
        ("server_name .example.com;", "http://example.com/github", "127.0.0.1:80"),
        ("server_name ~^www www.example.com;", "http://www.example.com/github", "127.0.0.1:80"),
    ])
    func `is that of the server`(server: String, url: String, connection: String) throws {
        let address = try #require(try address(server))
        #expect(address.url == url)
        #expect(address.connection == connection)
    }

    @Test func `is unknown for a server whose names are all patterns`() throws {
        #expect(try address("server_name ~^www;") == nil)
    }

    @Test(arguments: [
        ("/github", "/github"), ("= /hook", "/hook"), ("^~ /a/b/", "/a/b"), ("~ ^/x$", "/github"),
    ])
    func `has the path of the location`(location: String, path: String) throws {
        #expect(try address("", location: location)?.url == "http://localhost\(path)")
        #expect(try address("", location: location, site: "blog")?.url == "http://localhost\(path)/blog")
    }

    @Test func `knows the PROXY protocol`() throws {
        #expect(try address("listen 80 proxy_protocol;")?.hasProxyProtocol == true)
    }
}
