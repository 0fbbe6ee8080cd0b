import Testing

@Suite struct `the environment of git` {
    @Test func `holds no header of the request and no secret`() throws {
        let site = try ServedSite(remote: .ssh)
        let names = ["Proxy", "Git-Ssh-Command", "Git-Dir", "Path", "Github-Secret", "Bellpull-Timeout"]
        var delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        for name in names { delivery = delivery.adding(name, "evil") }

        let reply = try site.post(delivery)

        #expect(reply["Bellpull-Outcome"] == "deployed")
        let environment = try site.ssh.environment
        #expect(environment.contains("GIT_TERMINAL_PROMPT=0\n"))
        #expect(!environment.contains("evil") && !environment.contains(GitHubDelivery.secret))
    }
}
