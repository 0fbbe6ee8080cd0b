public import Foundation
internal import Synchronization

/// A program to run, without a terminal, for a limited time, in a process group of its own.
public struct Command: Sendable {
    /// How a command ended.
    public enum End: Sendable, Equatable {
        /// It exited with this status.
        case exited(Int32)
        /// A signal ended it.
        case killed(signal: Int32)
        /// Its time was up; its process group was ended.
        case timedOut
        /// Bellpull is stopping; its process group was ended.
        case cancelled
    }

    /// How a command ended and what it wrote, the last 64 KiB of each stream.
    public struct Completion: Sendable {
        /// How it ended.
        public let end: End
        /// Standard output.
        public let output: String
        /// Standard error.
        public let errors: String

        /// Whether it exited with status 0.
        public var isSuccess: Bool { end == .exited(0) }
    }

    /// How long a process group has between SIGTERM and SIGKILL.
    static let grace = Duration.seconds(2)
    /// How long others of a group have when its leader has ended. They may be zombies that nobody waits for.
    static let graceOfOthers = Duration.milliseconds(500)

    /// Launches are taken in turn: another child must not inherit what is being prepared for this one.
    private static let launching = Mutex(())

    let executable: URL
    let arguments: [String]
    let directory: String
    let environment: [String: String]

    /// The command `executable arguments…`, run in `directory` with exactly this environment.
    public init(executable: URL, arguments: [String], directory: String, environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.directory = directory
        self.environment = environment
    }

    /// Runs the command and waits for its end, until `deadline` at the latest. To be called on a plain thread: a
    /// child inherits the signal mask, and Dispatch's threads block signals.
    ///
    /// - Parameter transcript: gets what the command writes, as it comes.
    /// - Throws: what `Process` throws when there is no such program or directory.
    public func run(
        until deadline: ContinuousClock.Instant, cancellation: Cancellation, transcript: Transcript? = nil
    ) throws -> Completion {
        guard !cancellation.isCancelled else { return Completion(end: .cancelled, output: "", errors: "") }
        // Process would find a missing directory too late, and leak descriptors.
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isFolder), isFolder.boolValue,
            access(directory, X_OK) == 0
        else {
            throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: directory])
        }
        let streams = CommandStreams()
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory, isDirectory: true)
        process.environment = environment
        // Never our own standard input: it may be the listening socket.
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = streams.output.writingHandle
        process.standardError = streams.errors.writingHandle
        process.terminationHandler = { process in
            streams.exit.closeWriting()
            // Returns at once, and lets go of what keeps the process, and with it these pipes, for ever.
            process.waitUntilExit()
        }
        try Self.launching.withLock { _ in
            try Self.requireSpareDescriptors()
            try process.run()
        }
        streams.output.closeWriting()
        streams.errors.closeWriting()
        var supervision = Supervision(process: process, streams: streams, transcript: transcript)
        return supervision.supervise(until: deadline, cancellation: cancellation)
    }
}

extension Command {
    /// When `Process` runs out of descriptors half way, it leaks those it has, and watches and closes descriptor 0 for a
    /// socket it did not get.
    private static func requireSpareDescriptors() throws(POSIXError) {
        let spare = (0..<16).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
        defer { for descriptor in spare where descriptor >= 0 { close(descriptor) } }
        guard spare.allSatisfy({ $0 >= 0 }) else { throw POSIXError(.EMFILE) }
    }
}
