import Deploy
import Fence
import Foundation
import Processes
import Text

/// The program that a site tells notices. It runs as Bellpull's user behind Landlock, reads the notice from its standard input,
/// and gets nothing of the notice as an argument or a variable.
struct NoticeProgram {
    /// The program and its arguments.
    let words: [String]
    /// Further files and folders that the program may read.
    let readable: [String]
    let surroundings: Surroundings

    /// What the programs of all sites share.
    struct Surroundings {
        let runner: FenceRunner
        /// The folder for the homes of the programs.
        let folder: String
        /// Folders with secrets: the configuration and the state folder.
        let hidden: [String]
        /// The `PATH` of the programs.
        let path: String
    }

    /// How a program ended, and the end of its output.
    struct Ending: Equatable {
        /// Why the program failed; `nil` if it did not.
        let failure: String?
        let output: String
    }

    /// The time limit.
    private static let time = Duration.seconds(60)
    /// The length of the kept output, in bytes.
    private static let outputLimit = 1024

    /// Returns why `path` cannot be run; `nil` if it can.
    static func fault(of path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return errno == ENOENT ? "does not exist" : "cannot be found" }
        guard status.st_mode & S_IFMT == S_IFREG else { return "is not a file" }
        return access(path, X_OK) == 0 ? nil : "is not executable"
    }

    /// Runs the program with `text` on its standard input. Waits for the end, for at most a minute. Call from a plain thread.
    ///
    /// - Returns: the ending; `nil` if Bellpull stops.
    func run(_ text: String, for site: String, _ cancellation: Cancellation, within time: Duration = Self.time)
        -> Ending?
    {
        if let fault = words.first.flatMap(Self.fault) { return Ending(failure: "\(words[0]) \(fault)", output: "") }
        let home = "\(surroundings.folder)/\(site)"
        // No site's name begins with a dot.
        let input = "\(surroundings.folder)/.\(site).json"
        mkdir(surroundings.folder, 0o700)
        unlink(input)
        defer { unlink(input) }
        guard
            FileManager.default.createFile(
                atPath: input, contents: Data("\(text)\n".utf8), attributes: [.posixPermissions: 0o600])
        else { return Ending(failure: "\(input) cannot be written", output: "") }
        mkdir(home, 0o700)
        var tail = [UInt8]()
        do {
            let completion = try surroundings.runner.run(
                command(home: home, input: input, time), .within(time + .seconds(5), cancellation: cancellation)
            ) { bytes in
                tail = (tail + bytes).suffix(Self.outputLimit)
            }
            guard completion.termination != .cancelled else { return nil }
            return Ending(failure: Self.failure(completion.termination), output: String(decoding: tail, as: UTF8.self))
        } catch {
            guard !cancellation.isCancelled else { return nil }
            let reason = (error as? FenceError)?.explanation.message ?? "\(error)"
            return Ending(failure: reason, output: String(decoding: tail, as: UTF8.self))
        }
    }

    private func command(home: String, input: String, _ time: Duration) -> FencedCommand {
        // The shell of the launcher only connects the input. Each word is quoted.
        let line = "exec \(ShellCommand(words: words)) <\(input.quotedForShell)"
        return FencedCommand(
            command: line, directory: home,
            environment: ["PATH": surroundings.path, "LANG": "C.UTF-8", "HOME": home], writable: [],
            readable: [words[0], input] + readable.filter { access($0, F_OK) == 0 }, home: home,
            hidden: surroundings.hidden, isUnfenced: !Self.hasLandlock, timeout: time / .seconds(1))
    }

    /// Whether the kernel has Landlock. The program is the administrator's, so it runs without a fence, too.
    static let hasLandlock = FenceStatus.probe(socket: nil).landlock > 0

    private static func failure(_ termination: FenceCompletion.Termination) -> String? {
        switch termination {
        case .exited(0), .cancelled: nil
        case .exited(let status): "exit status \(status)"
        case .killed(let signal): "killed by signal \(signal)"
        case .timedOut: "no end within \(Int(time / .seconds(1))) s"
        case .outOfMemory: "no memory left"
        }
    }
}
