import Processes
import Foundation
import Git

/// Commands of the shell.
package enum Shell {
    /// Returns `sh -c script`, with `arguments` as `$1`, `$2`, ….
    package static func command(
        _ script: String, _ arguments: [String] = [], in directory: String = "/",
        _ environment: [String: String] = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
    ) -> Command {
        Command(
            executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", script, "sh"] + arguments,
            directory: directory, environment: environment)
    }

    /// Runs `script` for up to `time`.
    package static func run(
        _ script: String, within time: Duration = .seconds(20), cancellation: Cancellation = Cancellation()
    ) throws -> Command.Completion {
        try command(script).run(until: .now + time, cancellation: cancellation)
    }

    /// Writes an executable script to `path`.
    ///
    /// Another process writes the file. If the test process wrote it, a command started at the same time by another
    /// test would inherit the open file, and execve(2) would fail with ETXTBSY.
    package static func writeExecutable(_ script: String, to path: String) throws {
        let writing = command("printf '%s' \"$1\" > \"$2\" && chmod 755 \"$2\"", [script, path])
        let completion = try writing.run(until: .now + .seconds(20), cancellation: Cancellation())
        guard completion.termination == .exited(0) else { throw Trouble("cannot write \(path)") }
    }
}

/// Isolates the tests from the user's settings.
package enum Isolation {
    /// The environment of the tests' own git commands.
    package static let environment = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "HOME": home,
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "init.defaultBranch", "GIT_CONFIG_VALUE_0": "main",
        "GIT_AUTHOR_NAME": "Alice", "GIT_AUTHOR_EMAIL": "alice@example.org",
        "GIT_COMMITTER_NAME": "Alice", "GIT_COMMITTER_EMAIL": "alice@example.org",
    ]

    /// A home without settings.
    private static let home = "/nonexistent"

    /// Removes the settings from the environment of the process: Bellpull passes the environment on to git.
    package static func begin() { _ = environmentIsSet }

    private static let environmentIsSet: Bool = {
        setenv("HOME", home, 1)
        unsetenv("XDG_CONFIG_HOME")
        return true
    }()
}
