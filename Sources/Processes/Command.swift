public import Foundation
internal import Synchronization

/// A program to run without a terminal, within a time limit, in a process group of its own.
public struct Command: Sendable {
    /// The way in which a command terminated.
    public enum Termination: Sendable, Equatable {
        /// The process exited with this status.
        case exited(Int32)
        /// The process was killed by this signal.
        case killed(signal: Int32)
        /// The deadline passed, and Bellpull terminated the process group.
        case timedOut
        /// Bellpull is stopping, and terminated the process group or did not start the command.
        case cancelled
    }

    /// The termination of a command and its output.
    public struct Completion: Sendable {
        /// The way in which the command terminated.
        public let termination: Termination
        /// The kept bytes of standard output.
        public let outputBytes: [UInt8]
        /// Whether `outputBytes` has all bytes to be kept: false if there were more than `OutputRetention.whole` allows.
        public let isOutputComplete: Bool
        /// The last 64 KiB of standard error.
        public let errors: String

        /// The kept standard output as text. Bytes that are not UTF-8 become U+FFFD.
        public var output: String { String(decoding: outputBytes, as: UTF8.self) }

        /// Whether the command exited with 0.
        public var isSuccess: Bool { termination == .exited(0) }

        init(termination: Termination, output: [UInt8], isOutputComplete: Bool = true, errors: String) {
            self.termination = termination
            self.outputBytes = output
            self.isOutputComplete = isOutputComplete
            self.errors = errors
        }

        /// Creates a completion with complete output.
        init(termination: Termination, output: String, errors: String) {
            self.init(termination: termination, output: Array(output.utf8), errors: errors)
        }
    }

    /// What a command reads as standard input.
    public enum Input: Sendable {
        /// The file at this path.
        case file(String)
        /// A text of at most 60 KiB, such as a password. Every user can see the arguments of a command.
        case text(String)
        /// The open file with this descriptor, from its present position on.
        case descriptor(Int32)
    }

    /// How a process is started and watched. Both keep the same promises.
    public enum Launch: Sendable {
        /// By `Foundation.Process`.
        case foundation
        /// By posix_spawn(3), in a third of the time: for programs with less work than start.
        case spawn
    }

    /// Held while a process starts: a child of another thread must not inherit half-prepared descriptors.
    private static let launching = Mutex(())

    let executable: URL
    let arguments: [String]
    let directory: String
    let environment: [String: String]
    let input: Input?
    let launch: Launch
    /// The commands that are terminated together with this one.
    var siblings = RunningCommands.shared

    /// Creates the command `executable arguments…`, to run in `directory` with exactly the variables of `environment`.
    ///
    /// - Parameters:
    ///   - input: the standard input; `nil` for none.
    ///   - launch: how the process is started.
    public init(
        executable: URL, arguments: [String], directory: String, environment: [String: String], input: Input? = nil,
        launch: Launch = .foundation
    ) {
        self.executable = executable
        self.arguments = arguments
        self.directory = directory
        self.environment = environment
        self.input = input
        self.launch = launch
    }

    /// Runs the command, and waits until it terminates or until `deadline`.
    ///
    /// Call from a plain thread: a child inherits the signal mask, and the threads of Dispatch block signals.
    ///
    /// - Parameters:
    ///   - transcript: receives the output as it arrives.
    ///   - retention: how much of standard output to keep.
    /// - Throws: an error of POSIX or of Foundation if the command cannot be started, as without the program or the
    ///   directory.
    public func run(
        until deadline: ContinuousClock.Instant, cancellation: Cancellation, transcript: Transcript? = nil,
        keeping retention: OutputRetention = .tail
    ) throws -> Completion {
        guard !cancellation.isCancelled else { return Completion(termination: .cancelled, output: "", errors: "") }
        // For a missing directory, Process fails after it has opened descriptors, and leaks them.
        guard access("\(directory)/.", X_OK) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .ENOENT) }
        let streams = CommandStreams()
        guard let process = try start(streams) else {
            return Completion(termination: .cancelled, output: "", errors: "")
        }
        defer { siblings.remove(process.number) }
        streams.output.closeWriting()
        streams.errors.closeWriting()
        var supervision = Supervision(process: process, streams: streams, transcript: transcript, retention)
        return supervision.supervise(until: deadline, cancellation: cancellation)
    }

    /// Starts the process. Returns `nil` if Bellpull is stopping, and starts no more commands.
    private func start(_ streams: CommandStreams) throws -> StartedProcess? {
        let input = try input?.handle()
        let process = launch == .foundation ? makeProcess(input, streams) : nil
        var started: StartedProcess?
        _ = try Self.launching.withLock { _ in
            if process != nil { try Self.requireSpareDescriptors() }
            return try siblings.start { () throws -> Int32 in
                try process?.run()
                let new =
                    try process.map { StartedProcess($0, exit: streams.exit.reading) }
                    ?? StartedProcess(
                        executable.path, arguments, in: directory, environment: environment,
                        input: input?.fileDescriptor, output: streams.output.writingHandle.fileDescriptor,
                        errors: streams.errors.writingHandle.fileDescriptor)
                started = new
                return new.number
            }
        }
        return withExtendedLifetime(input) { started }
    }

    private func makeProcess(_ input: FileHandle?, _ streams: CommandStreams) -> Process {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory, isDirectory: true)
        process.environment = environment
        // Bellpull's own standard input may be the listening socket.
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = streams.output.writingHandle
        process.standardError = streams.errors.writingHandle
        process.terminationHandler = { process in
            streams.exit.closeWriting()
            // Returns at once. Without the call, Foundation would keep the process and these pipes for ever.
            process.waitUntilExit()
        }
        return process
    }

    /// Throws `EMFILE` unless 16 descriptors are free.
    ///
    /// When `Process` runs out of descriptors half way, it leaks the descriptors opened so far, and watches and closes
    /// descriptor 0 in place of the socket that it could not open.
    private static func requireSpareDescriptors() throws(POSIXError) {
        let spare = (0..<16).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
        defer { for descriptor in spare where descriptor >= 0 { close(descriptor) } }
        guard spare.allSatisfy({ $0 >= 0 }) else { throw POSIXError(.EMFILE) }
    }
}
