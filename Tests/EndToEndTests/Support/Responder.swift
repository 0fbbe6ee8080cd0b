import Foundation
import TestSupport

/// A running `bellpull serve`.
final class Responder: Sendable {
    let program: Program
    /// The path of its log.
    let logFile: String

    /// Starts `bellpull serve arguments…`, and waits until it listens.
    ///
    /// - Parameters:
    ///   - input: descriptor 0 of the process.
    init(_ arguments: [String], environment: [String: String], input: Program.Input = .nothing, logFile: String) throws
    {
        self.logFile = logFile
        let command = [try BuiltProgram.path, "serve"] + arguments
        program = try Program(command, environment: environment, input: input, output: logFile)
        guard says("serving ") else { throw Trouble("bellpull does not start: \(log)") }
    }

    /// The text of the log so far.
    var log: String { (try? text(of: logFile)) ?? "" }

    /// Waits until the log contains `words`, and returns whether it does.
    func says(_ words: String, within time: Duration = .seconds(10)) -> Bool {
        Observation.eventually(within: time) { log.contains(words) || !program.isRunning } && log.contains(words)
    }

    /// The log lines of deployments, a line per `git pull`.
    var deployments: [Substring] {
        log.split(separator: "\n").filter { line in
            ["updated to", "already at", "deployment failed", "deployment interrupted"].contains { line.contains($0) }
        }
    }

    /// Runs `body`, and returns by how many bytes the peak of the resident memory grew.
    func memoryGrowth(during body: () throws -> Void) throws -> Int {
        // Resets the peak of earlier requests (proc(5), clear_refs).
        try write("5", to: "/proc/\(program.pid)/clear_refs")
        let before = try peakMemory
        try body()
        return try peakMemory - before
    }

    /// How many descriptors the process has open (proc(5)).
    var descriptorCount: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.pid)/fd").count }
    }

    /// The peak of the resident memory, in bytes (proc(5), VmHWM).
    private var peakMemory: Int {
        get throws {
            let lines = try text(of: "/proc/\(program.pid)/status").split(separator: "\n")
            let words = lines.first { $0.hasPrefix("VmHWM:") }?.split(whereSeparator: \.isWhitespace)
            guard let words, words.count == 3, let kilobytes = Int(words[1]) else { throw Trouble("no VmHWM") }
            return kilobytes << 10
        }
    }
}

extension Responder {
    /// Returns the variables of a Bellpull without a configuration file that deploys `clone`.
    static func variables(of clone: Repository, in folder: TemporaryFolder) -> [String: String] {
        Repository.environment(home: folder.path).merging(
            [
                "GITHUB_SECRET": GitHubDelivery.secret, "REPO_PATH": clone.path, "STATE_DIRECTORY": folder("state"),
            ]) { $1 }
    }

    /// Writes a configuration file for `clone` without catch-up, and returns the variables for this file.
    static func environment(of clone: Repository, in folder: TemporaryFolder) throws -> [String: String] {
        let settings = """
            catch_up = "0"
            [[site]]
            name = "blog"
            path = "\(clone.path)"

            """
        try write(settings, to: folder("bellpull.toml"))
        var environment = variables(of: clone, in: folder)
        environment["REPO_PATH"] = nil
        environment["BELLPULL_CONFIG"] = folder("bellpull.toml")
        return environment
    }
}
