@testable import Processes
import Testing

@testable import Git

@Suite struct `git error` {
    private func error(
        _ arguments: [String] = ["pull", "--rebase", "--no-stat"], termination: Command.Termination = .exited(1),
        output: String = "", errors: String = ""
    ) -> GitError {
        GitError(
            arguments: arguments,
            completion: Command.Completion(termination: termination, output: output, errors: errors))
    }

    @Test(arguments: [
        ("https://alice:ghp_secret@github.com/alice/blog", "https://***@github.com/alice/blog"),
        ("https://ghp_secret@github.com/alice/blog", "https://***@github.com/alice/blog"),
        ("https://alice:p@ghp_secret@github.com/a/b@c", "https://***@github.com/a/b@c"),
        ("http://a:ghp_secret@h:80/x and http://b:ghp_secret@h/y", "http://***@h:80/x and http://***@h/y"),
        ("https://github.com/alice/blog", "https://github.com/alice/blog"),
        ("git@github.com:alice/blog.git", "git@github.com:alice/blog.git"),
    ])
    func `shows no credentials`(_ text: String, _ redacted: String) {
        let error = error(["fetch", text], errors: "fatal: unable to access '\(text)': 403")
        #expect(error.arguments == ["fetch", redacted])
        #expect(error.message == "fatal: unable to access '\(redacted)': 403")
        #expect(!"\(error) \(error.firstLine)".contains("ghp_secret"))
    }

    @Test func `has standard error for evidence, and output where that is empty`() {
        #expect(error(output: "out", errors: "err").message == "err")
        #expect(error(output: "out").message == "out")
    }

    @Test func `leaves out hints and empty lines`() {
        let text = "hint: a\n\nerror: b\nhint: c\nfatal: d\n"
        #expect(error(errors: text).message == "error: b\nfatal: d")
    }

    @Test func `leaves out carriage returns and progress`() {
        let text =
            "remote: Enumerating objects: 5, done.        \nremote: Counting objects:  20% (1/5)        \r"
            + "remote: Counting objects: 100% (5/5), done.        \nremote: Total 3 (delta 0), reused 0\n"
            + "Receiving objects:  33% (1/3)\rReceiving objects:  66% (2/3), 2.00 MiB | 1 MiB/s\r"
            + "Host key verification failed.\r\nerror: b\r\n\r\nUpdating files: 100% (4/4), done.\n"
        #expect(error(errors: text).message == "Host key verification failed.\nerror: b")
    }

    @Test(arguments: [
        ("remote: Enumerating objects: 5, done.\nremote: Repository not found.", "remote: Repository not found."),
        ("remote: \nremote: ====\nremote: You may not\nremote: ERROR: No project", "remote: ERROR: No project"),
        ("Gitea: Unauthorized\nfatal: Could not read", "Gitea: Unauthorized"),
        ("ERROR: Repository not found.\r\nfatal: Could not read", "ERROR: Repository not found."),
        ("fatal: x", nil),
    ])
    func `knows the words of the forge`(_ errors: String, _ line: String?) {
        #expect(error(errors: errors).remoteLine == line)
    }

    @Test func `keeps the last 40 lines`() {
        let lines = (1...60).map { "line \($0)" }
        #expect(error(errors: lines.joined(separator: "\n")).message == lines.suffix(40).joined(separator: "\n"))
    }

    @Test func `says most in the first line that git calls an error`() {
        #expect(error(errors: "From x\nerror: one\nfatal: two\n").firstLine == "error: one")
        #expect(error(errors: "From x\nfatal: two\nerror: three").firstLine == "fatal: two")
    }

    @Test(arguments: ["ERROR: Repository not found.", "remote: ERROR: The project could not be found."])
    func `says most in the line that the remote calls an error`(_ line: String) {
        let text = "From x\n\(line)\nfatal: Could not read from remote repository.\n"
        #expect(error(errors: text).firstLine == line)
    }

    @Test func `says most in the last line where git calls none an error`() {
        #expect(error(errors: "one\ntwo").firstLine == "two")
        #expect(error().firstLine == "git printed nothing")
    }

    @Test func `is described in one line`() {
        #expect(error(errors: "x\nfatal: y\n").description == "git pull --rebase exited with status 1: fatal: y")
        #expect(error(termination: .killed(signal: 9)).description == "git pull --rebase was killed by signal 9")
        #expect(error(termination: .timedOut).description == "git pull --rebase timed out")
        #expect(
            error(termination: .cancelled).description == "git pull --rebase was stopped, because bellpull is stopping")
        #expect(GitError.noExecutable.description == "there is no git in PATH")
    }

    @Test func `is explained by its description`() {
        let error = error(errors: "fatal: y")
        #expect(error.explanation.message == error.description && error.explanation.hint == nil)
    }
}
