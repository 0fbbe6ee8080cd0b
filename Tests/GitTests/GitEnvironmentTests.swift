import Testing

@testable import Git

@Suite struct `git environment` {
    private func variables(
        from inherited: [String: String] = [:], sshCommand: String? = nil
    ) -> [String: String] {
        GitEnvironment.variables(from: inherited, sshCommand: sshCommand)
    }

    private let sshOptions = "-oBatchMode=yes -oConnectTimeout=10 -oServerAliveInterval=15"

    @Test func `has what git needs to find its settings, keys and programs`() {
        let needed = [
            "PATH": "/opt/bin:/bin", "HOME": "/home/b", "USER": "b", "LOGNAME": "b", "TMPDIR": "/t",
            "XDG_CONFIG_HOME": "/c", "SSH_AUTH_SOCK": "/s", "http_proxy": "http://p", "https_proxy": "http://p",
            "HTTPS_PROXY": "http://p", "no_proxy": "localhost", "NO_PROXY": "localhost",
        ]
        #expect(variables(from: needed).filter { needed.keys.contains($0.key) } == needed)
    }

    /// A client's `Proxy:` header is `HTTP_PROXY` to a CGI program (httpoxy).
    @Test(arguments: [
        "HTTP_PROXY", "ALL_PROXY", "GITHUB_SECRET", "REPO_PATH", "HTTP_X_HUB_SIGNATURE", "LD_PRELOAD", "BASH_ENV",
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXEC_PATH", "GIT_SSH", "GIT_TRACE", "GIT_CONFIG_COUNT",
        "GIT_CONFIG_PARAMETERS", "GIT_PROXY_COMMAND", "NOTIFY_SOCKET", "LISTEN_FDS", "LANG",
    ])
    func `hands nothing else on`(_ name: String) {
        #expect(variables(from: [name: "x"])[name] == nil)
    }

    @Test func `takes over no value for what it sets`() {
        let hostile = [
            "LC_ALL": "de_DE.UTF-8", "GIT_TERMINAL_PROMPT": "1", "GIT_ASKPASS": "/evil", "SSH_ASKPASS": "/evil",
            "GIT_ALLOW_PROTOCOL": "ext",
        ]
        let variables = variables(from: hostile)
        #expect(variables["LC_ALL"] == "C")
        #expect(variables["GIT_TERMINAL_PROMPT"] == "0")
        #expect(variables["GIT_ASKPASS"] == "/bin/false")
        #expect(variables["SSH_ASKPASS"] == "/bin/false")
        #expect(variables["GIT_ALLOW_PROTOCOL"] == "https:http:ssh:git:file")
    }

    @Test func `has a home and a path where none is inherited, as under CGI`() {
        #expect(variables()["HOME"]?.hasPrefix("/") == true)
        #expect(variables()["PATH"] == "/usr/local/bin:/usr/bin:/bin")
    }

    @Test func `keeps ssh from asking and from hanging`() {
        #expect(variables()["GIT_SSH_COMMAND"] == "ssh \(sshOptions)")
    }

    @Test func `keeps the ssh command of the clone`() {
        #expect(variables(sshCommand: "ssh -i /key")["GIT_SSH_COMMAND"] == "ssh -i /key \(sshOptions)")
    }

    @Test func `prefers the ssh command of the environment, as git does`() {
        let variables = variables(from: ["GIT_SSH_COMMAND": "ssh -p 22"], sshCommand: "ssh -i /key")
        #expect(variables["GIT_SSH_COMMAND"] == "ssh -p 22 \(sshOptions)")
    }
}
