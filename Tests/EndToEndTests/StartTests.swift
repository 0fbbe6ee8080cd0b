import Foundation
import TestSupport
import Testing

@Suite struct `bellpull serve` {
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository

    init() throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
    }

    @Test(arguments: [(nil, "is not set"), ("", "is empty"), (" \t", "is empty"), ("x", "has only 1 byte")])
    func `does not start without a secret`(secret: String?, problem: String) throws {
        try refuses(
            ["GITHUB_SECRET": secret], because: "GITHUB_SECRET \(problem)", hint: "generate a secret and enter it")
    }

    @Test(arguments: [nil, ""])
    func `does not start without a clone to keep`(path: String?) throws {
        try refuses(["REPO_PATH": path], because: "REPO_PATH is not set", hint: "set REPO_PATH=/srv/blog")
    }

    @Test func `does not start where there is nothing`() throws {
        let path = folder("nowhere")
        try refuses(["REPO_PATH": path], because: "\(path) does not exist", hint: "install -d -o ")
    }

    @Test func `does not start on a file`() throws {
        let path = "\(clone.path)/index.html"
        try refuses(["REPO_PATH": path], because: "\(path) is not a folder", hint: "mv -T \(path) ")
    }

    @Test func `does not start in a folder that is no clone`() throws {
        try refuses(
            ["REPO_PATH": folder.path], because: "\(folder.path) is not a git clone", hint: "mv -T \(folder.path) ")
    }

    @Test func `does not start in a folder within a clone`() throws {
        try clone.write("", to: "pages/one.html")
        try refuses(
            ["REPO_PATH": "\(clone.path)/pages"], because: "\(clone.path)/pages is a folder inside the clone",
            hint: "set the path of the site to the clone: \(clone.path)")
    }

    @Test func `does not start in the bare repository`() throws {
        try refuses(
            ["REPO_PATH": forge.bare], because: "\(forge.bare) is a bare repository",
            hint: "install -d -o ")
    }

    @Test(.enabled(if: getuid() == 0, "only root can give a folder away"))
    func `does not start in another user's clone`() throws {
        #expect(chown(clone.path, 65534, 65534) == 0 && chown("\(clone.path)/.git", 65534, 65534) == 0)
        try refuses(because: "\(clone.path) belongs to ", hint: "bellpull must run as ")
    }

    @Test func `does not start without an upstream`() throws {
        try clone.git("branch", "--quiet", "--unset-upstream")
        try refuses(
            because: "the branch main of \(clone.path) has no upstream",
            hint: "\(Pasted.git) -C \(clone.path) config branch.main.remote origin && ")
    }

    @Test func `does not start with a detached HEAD`() throws {
        try clone.git("checkout", "--quiet", "--detach")
        try refuses(because: "\(clone.path) is not on a branch", hint: "\(Pasted.git) -C \(clone.path) switch main")
    }

    @Test func `does not start when the remote has no owner and name, and does not tell its password`() throws {
        try clone.git("remote", "set-url", "origin", "https://alice:sesame@example.org/blog")
        let errors = try refuses(
            because: "the remote of \(clone.path) ends in blog, without an owner",
            hint: "repository = \"OWNER/blog\" in the site's file, or \(Pasted.git) -C \(clone.path) remote set-url")
        #expect(!errors.contains("sesame"))
    }

    @Test(arguments: [["--timeout", "soon"], ["--drain", "0s"], ["--answer-within", "4"], ["--body-limit", "2GiB"]])
    func `does not start with a setting that makes no sense`(options: [String]) throws {
        try refuses(
            options: options, because: "\(options[0]) is not a valid ", hint: "write ",
            ending: .exited(64))
    }

    @Test(arguments: ["BELLPULL_TIMEOUT", "BELLPULL_BODY_LIMIT", "BELLPULL_NO_SHA1"])
    func `does not start with a variable that makes no sense`(name: String) throws {
        try refuses([name: "soon"], because: "\(name) is not ", hint: "")
    }

    @Test func `does not start with nothing to listen on`() throws {
        try refuses(
            socket: nil, because: "file descriptor 0 is not a listening socket",
            hint: "systemctl start bellpull.socket",
            ending: .exited(64))
    }

    @Test func `starts with a secret that is short, and warns of it`() throws {
        let environment = Responder.variables(of: clone, in: folder).merging(["GITHUB_SECRET": "sesame"]) { $1 }
        let bellpull = try Responder(
            ["--socket", folder("bellpull.sock")], environment: environment, logFile: folder("log"))
        #expect(bellpull.log.contains("warning GITHUB_SECRET has fewer than 16 bytes"))
        #expect(!bellpull.log.contains("sesame"))
    }

    /// Expects that `bellpull serve` exits at once, and writes an error and a hint with these beginnings.
    ///
    /// - Returns: the text on standard error.
    @discardableResult
    private func refuses(
        _ changes: [String: String?] = [:], socket: String? = "bellpull.sock", options: [String] = [],
        because reason: String, hint: String, ending: Program.Ending = .exited(78)
    ) throws -> String {
        var environment = Responder.variables(of: clone, in: folder)
        for (name, value) in changes { environment[name] = value }
        let place = socket.map { ["--socket", folder($0)] } ?? []

        let result = try Program.run(
            [try BuiltProgram.path, "serve"] + place + options, environment: environment)

        #expect(result.ending == ending)
        let lines = result.errors.split(separator: "\n").filter { !$0.contains(" info serving ") }
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("bellpull: error: \(reason)") == true, "\(result.errors)")
        #expect(lines.last?.hasPrefix("bellpull: hint: \(hint)") == true, "\(result.errors)")
        #expect(result.output == "")
        #expect(!FileManager.default.fileExists(atPath: folder("bellpull.sock")))
        return result.errors
    }
}
