import Foundation
import TestSupport
import Testing

@Suite struct `the location of the hook` {
    @Test(arguments: ["/github", "/github/", "//github", "/github?x=y", "/x/../github"])
    func `takes deliveries`(target: String) throws {
        let site = try ServedSite()
        #expect(try site.post(.push(of: try site.forge.push("second")), to: target)["Bellpull-Outcome"] == "deployed")
        #expect(try site.web.log.entries(1).map(\.status) == [200])
    }

    @Test func `leaves pages with a similar path to the site`() throws {
        let site = try ServedSite()
        for path in ["github.html", "github-actions/index.html", "githubs"] {
            try site.clone.write("a page", to: path)
            #expect(try site.visit("/\(path)").body == "a page")
        }
        #expect(try site.visit("/github").status == 405)
        #expect(try site.visit("/github/").status == 405)
    }

    @Test func `has precedence over the site's regex locations`() throws {
        let regex = ("    include snippets/", "    location ~ \\.js$ { return 418; }\n    include snippets/")
        let site = try ServedSite(changes: [regex])
        #expect(try site.visit("/site.js").status == 418)

        let reply = try site.post(.push(of: try site.clone.head), to: "/github/site.js")

        #expect(reply.status == 404)
        #expect(reply["Bellpull-Outcome"] == "refused")
    }

    /// The location of the files of Bellpull 0.1.0.
    @Test func `may be the one of an earlier version`() throws {
        let before = """
            location /github {
                fastcgi_split_path_info "(?s)^(/github)(.*)$";
                fastcgi_param REQUEST_METHOD $request_method;
                fastcgi_param CONTENT_TYPE   $content_type;
                fastcgi_param CONTENT_LENGTH $content_length;
                fastcgi_param PATH_INFO      $fastcgi_path_info;
                fastcgi_param HTTP_PROXY     "";
                fastcgi_pass unix:/run/bellpull/bellpull.sock;
                access_log /var/log/nginx/bellpull.log bellpull;
            }

            """
        let file = try WebServer.file("bellpull.conf")
        let start = try #require(file.firstRange(of: "location = /github {")).lowerBound
        let end = try #require(file.firstRange(of: "location @bellpull_error")).lowerBound
        let site = try ServedSite(changes: [(String(file[start..<end]), before)])

        #expect(try site.post(.push(of: try site.forge.push("second")))["Bellpull-Outcome"] == "deployed")
        #expect(try site.post(.push(of: try site.clone.head).with("X-Hub-Signature-256", "x")).status == 401)
        #expect(site.bellpull.says("outcome=rejected") && !site.bellpull.log.contains("remote="))
    }

    @Test func `tells Bellpull the address of the sender`() throws {
        let site = try ServedSite()
        let delivery = try GitHubDelivery.push(of: try site.clone.head).with("X-Hub-Signature-256", "x")
        #expect(try site.post(delivery.adding("Remote-Addr", "192.0.2.1")).status == 401)
        #expect(site.bellpull.says("remote=127.0.0.1 "))
    }

    @Test func `limits a flood where asked, and never a forge`() throws {
        let site = try ServedSite(changes: [
            ("#limit_req", "limit_req"), ("rate=10r/s", "rate=1r/m"), ("burst=1000", "burst=250"),
        ])
        let ping = try GitHubDelivery(event: "ping", body: "{}")
        let statuses = try (0..<200).map { _ in try site.post(ping).status }
        #expect(statuses.allSatisfy { $0 == 200 })

        let others = try (0..<60).map { _ in try site.post(ping) }

        #expect(others.last?.status == 429)
        #expect(others.last?.error == "too many requests")
    }

    @Test func `works with the example's lines for TLS`() throws {
        let folder = try TemporaryFolder()
        let (key, certificate) = (folder("key"), folder("certificate"))
        let request = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=blog.example.com"
        _ = try Shell.run("\(request) -keyout \(key) -out \(certificate)")
        let port = try freePort()
        let site = try ServedSite(changes: [
            (
                "    listen 80;\n    listen [::]:80;\n    server_name blog.example.com;\n\n",
                "    server_name blog.example.com;\n\n"
            ),
            ("#listen 443 ssl;", "listen 127.0.0.1:\(port) ssl;"), ("#listen [::]:443 ssl;", ""),
            ("#ssl_", "ssl_"), ("/etc/ssl/certs/blog.example.com.pem", certificate),
            ("/etc/ssl/private/blog.example.com.key", key), ("\n#server {", "\nserver {"), ("\n#    ", "\n    "),
            ("\n#}", "\n}"),
        ])
        let redirect = try site.visit("/github")
        #expect(redirect.status == 301)
        #expect(redirect["Location"] == "https://blog.example.com/github")

        let post = "curl -ks --connect-to ::127.0.0.1:\(port) -o /dev/null -w '%{http_code}' -d '{}'"
        let headers = "-H 'Content-Type: application/json' -H 'X-GitHub-Event: push'"
        #expect(try Shell.run("\(post) \(headers) https://blog.example.com:\(port)/github").output == "401")
    }
}
