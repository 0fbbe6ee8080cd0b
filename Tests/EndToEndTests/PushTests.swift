import Testing

@Suite struct `a push to the site` {
    let site: ServedSite

    init() throws { site = try ServedSite() }

    @Test func `is visible to visitors after its delivery`() throws {
        let commit = try site.forge.push("second")
        #expect(try site.visit().body == "first")

        let reply = try site.post(.push(of: commit))

        #expect(reply.status == 200)
        #expect(reply.body == "{}")
        #expect(try site.visit().body == "second")
        #expect(try site.clone.head == commit)
    }

    @Test func `is answered with its outcome`() throws {
        let commit = try site.forge.push("second")

        let reply = try site.post(.push(of: commit, id: "72d3162e-cc78-11e3-81ab-4c9367dc0958"))

        #expect(reply["Content-Type"] == "application/json")
        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(reply["Bellpull-Site"] == "blog")
        #expect(reply["Bellpull-Commit"] == commit)
        #expect(reply["Bellpull-Delivery"] == "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        #expect(reply["Bellpull-Event"] == "push")
        #expect(reply["Bellpull-Duration-Ms"].flatMap { Int($0) } != nil)
        #expect(reply["Bellpull-Reason"] == nil)
    }

    @Test func `is one line of the access log`() throws {
        let commit = try site.forge.push("second")
        let reply = try site.post(.push(of: commit, id: "72d3162e"))

        let entries = try site.web.log.entries(1)

        #expect(entries.count == 1)
        let entry = try #require(entries.first)
        #expect(entry.remote == "127.0.0.1")
        #expect(entry.method == "POST")
        #expect(entry.path == "/github")
        #expect(entry.status == 200)
        #expect(entry.upstream_status == 200)
        #expect(entry.delivery == "72d3162e")
        #expect(entry.event == "push")
        #expect(entry.outcome == "deployed")
        #expect(entry.site == "blog")
        #expect(entry.commit == commit)
        #expect(entry.duration_ms.map(String.init) == reply["Bellpull-Duration-Ms"])
        #expect(entry.reason == "")
    }

    @Test func `is logged with the first six digits of its commit`() throws {
        let commit = try site.forge.push("second")
        _ = try site.post(.push(of: commit))

        let facts = "site=blog deployment=1 cause=push deliveries=1 duration_ms="
        #expect(site.bellpull.says("info updated to \(commit.prefix(6)) \(facts)"))
        #expect(site.bellpull.says("info delivery outcome=deployed status=200 site=blog commit=\(commit) "))
    }

    @Test func `changes nothing when it is delivered again`() throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        _ = try site.post(delivery)
        let before = try site.clone.state

        let again = try site.post(delivery)

        #expect(again.status == 200)
        #expect(again.body == "{}")
        #expect(again["Bellpull-Outcome"] == "duplicate")
        #expect(try site.clone.state == before)
        #expect(site.bellpull.deployments.count == 1)
    }

    @Test func `is deployed from a form, which is GitHub's default`() throws {
        let commit = try site.forge.push("second")

        let reply = try site.post(.form(of: commit))

        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try site.visit().body == "second")
    }

    @Test func `is deployed from a chunked body`() throws {
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        var request = RawHTTP.head(headers: delivery.headers + [("Transfer-Encoding", "chunked")])
        for byte in delivery.body { request += [UInt8(ascii: "1"), 13, 10, byte, 13, 10] }
        request += Array("0\r\n\r\n".utf8)

        #expect(try RawHTTP(port: site.web.port, request).reply()["Bellpull-Outcome"] == "deployed")
        #expect(try site.visit().body == "second")
    }

    @Test func `is deployed whatever the case of its repository's name`() throws {
        let commit = try site.forge.push("second")

        let reply = try site.post(.push(of: commit, repository: "Alice/Blog"))

        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try site.visit().body == "second")
    }

    @Test func `is deployed from a URL with a query`() throws {
        let commit = try site.forge.push("second")

        let reply = try site.post(.push(of: commit), to: "/github?--socket+/tmp/x&token=abc")

        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try site.web.log.entries(1).first?.path == "/github")
    }
}
