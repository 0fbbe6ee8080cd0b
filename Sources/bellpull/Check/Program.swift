import Foundation
import Processes

/// A program of the system that a check runs.
struct Program {
    private let path: String
    private let environment: [String: String]

    /// Finds the program `name` in `PATH` and in the folders of the system's own programs.
    init?(_ name: String, _ environment: [String: String]) {
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let paths = (folders + ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]).map { "\($0)/\(name)" }
        guard let path = paths.first(where: { access($0, X_OK) == 0 }) else { return nil }
        self.path = path
        self.environment = ["PATH": folders.joined(separator: ":"), "LC_ALL": "C"]
    }

    /// Returns the command that runs the program with `arguments`.
    ///
    /// - Parameter input: the file to read as standard input; `nil` for no input.
    func command(_ arguments: [String], input: String? = nil) -> Command {
        command(arguments, input.map { .file($0) })
    }

    /// Returns the command that runs the program with `arguments`, and `text` as standard input.
    func command(_ arguments: [String], text: String) -> Command { command(arguments, .text(text)) }

    private func command(_ arguments: [String], _ input: Command.Input?) -> Command {
        Command(
            executable: URL(fileURLWithPath: path), arguments: arguments, directory: "/", environment: environment,
            input: input)
    }
}
