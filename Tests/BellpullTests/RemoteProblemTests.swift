import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import bellpull

@Suite(.onPlainThreads) struct `a problem with a remote` {
    @Test(arguments: [
        (
            "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
            RemoteProblem.Kind.credentials
        ),
        (
            "remote: The project you were looking for could not be found or you don't have permission to view it.",
            .notFound
        ),
        ("ERROR: Repository not found.\nfatal: Could not read from remote repository.", .notFound),
        ("git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.", .keyRefused),
        ("Host key verification failed.\nfatal: Could not read from remote repository.", .hostKeyUnknown),
        ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", .hostKeyChanged),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", .unknownHost),
        ("ssh: connect to host x port 22: Connection refused", .refused),
        ("ssh: connect to host x port 22: Connection timed out", .silent),
        ("fatal: unable to access 'https://x/': SSL certificate problem: self-signed certificate", .certificate),
        ("error: unable to write file: No space left on device", .diskFull),
        ("sh: 1: ssh: not found", .noSSH), ("fatal: something new", .other),
    ])
    func `is known by git's words, and has a remedy`(_ message: String, _ kind: RemoteProblem.Kind) throws {
        let completion = try Shell128.completion(message)
        let problem = RemoteProblem(
            GitError(arguments: ["ls-remote"], completion: completion), url: "git@x:alice/blog.git")
        #expect(problem.kind == kind)
        let explanation = problem.explanation(of: "alice/blog")
        #expect(explanation.hint?.isEmpty == false)
        #expect(!explanation.message.contains("\n"))
    }

    private enum Shell128 {
        /// Returns the completion of a command that writes `message` and exits with 128.
        static func completion(_ message: String) throws -> Command.Completion {
            let words = ["-c", "printf '%s\\n' \"$1\" >&2; exit 128", "sh", message]
            return try Command(
                executable: .init(fileURLWithPath: "/bin/sh"), arguments: words, directory: "/",
                environment: ["PATH": "/usr/bin:/bin"]
            ).run(until: .now + .seconds(20), cancellation: Cancellation())
        }
    }
}
