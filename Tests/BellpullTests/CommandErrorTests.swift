import Deploy
import FastCGI
import Testing

@testable import Configuration
@testable import bellpull

@Suite struct `an error of the program` {
    private func texts(_ error: CommandError) -> [String] {
        error.explanations.flatMap { [$0.message] + [$0.hint].compactMap(\.self) }
    }

    @Test func `exits with the codes of sysexits.h`() {
        #expect(CommandError(.failure, "a").kind.rawValue == 1)
        #expect(CommandError(.usage, "a").kind.rawValue == 64)
        #expect(CommandError(.configuration, "a").kind.rawValue == 78)
    }

    @Test func `has the message and the hint of a failure, and is the configuration's unless told otherwise`() {
        let failure = Failure("no clone", hint: "git clone")
        #expect(texts(CommandError(failure)) == ["no clone", "git clone"])
        #expect(CommandError(failure).kind == .configuration)
        #expect(CommandError(failure, .failure).kind == .failure)
    }

    @Test func `has the message and the hint of the ledger`() {
        let error = CommandError(LedgerError("it is damaged", hint: "mv it"))
        #expect(texts(error) == ["it is damaged", "mv it"])
        #expect(error.kind == .failure)
    }

    @Test func `names the place of an issue, unless the message names the place`() {
        #expect(ConfigurationIssue("/a.toml:3", "branch is empty").text == "/a.toml:3: branch is empty")
        #expect(ConfigurationIssue("--drain", "--drain is 0s").text == "--drain is 0s")
    }

    @Test func `has the priority of an error on each line in the journal, and nowhere else`() {
        let error = CommandError(Failure("no clone", hint: "git clone"))
        #expect(error.text(.plain) == "bellpull: error: no clone\nbellpull: hint: git clone\n")
        #expect(error.text(.journal) == "<3>bellpull: error: no clone\n<3>bellpull: hint: git clone\n")
    }

    @Test func `is a usage error if all issues are of the command line`() {
        let usage = ConfigurationIssue("--drain", "--drain is 0s", hint: "such as 10s", isUsage: true)
        let file = ConfigurationIssue("/a.toml:3", "branch is empty")
        let onlyUsage = CommandError(ConfigurationError(issues: [usage], warnings: []))
        #expect(onlyUsage.kind == .usage)
        #expect(texts(onlyUsage) == ["--drain is 0s", "such as 10s"])
        let both = CommandError(ConfigurationError(issues: [usage, file], warnings: []))
        #expect(both.kind == .configuration)
        #expect(texts(both) == ["--drain is 0s", "such as 10s", "/a.toml:3: branch is empty"])
    }

    @Test(arguments: [
        (ListeningSocket.SocketError.inUse(path: "/s"), CommandError.Kind.failure, "/s is in use by another process"),
        (.notASocket(path: "/s"), .configuration, "/s exists and is not a socket"),
        (.pathTooLong(path: "/s"), .configuration, "/s is too long for the path of a socket"),
        (.refused(path: "/s", reason: "denied"), .configuration, "cannot listen on /s: denied"),
    ])
    func `tells why a socket cannot be made`(
        socket: ListeningSocket.SocketError, kind: CommandError.Kind, message: String
    ) {
        let error = CommandError(socket)
        #expect(error.kind == kind)
        #expect(error.explanations.map(\.message) == [message])
        #expect(error.explanations.first?.hint?.isEmpty == false)
    }
}
