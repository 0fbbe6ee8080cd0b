public import Foundation
internal import Synchronization

/// The output of all commands of one deployment, for people to read.
///
/// A transcript keeps the last 64 KiB, and can pass on all output as it arrives.
public final class Transcript: Sendable {
    /// The number of bytes kept.
    public static let limit = 64 << 10

    /// Whether commands should report their progress.
    public let showsProgress: Bool

    private let bytes = Mutex<[UInt8]>([])
    private let echo: (@Sendable (Data) -> Void)?

    /// Creates an empty transcript.
    ///
    /// - Parameters:
    ///   - showsProgress: whether a person watches on a terminal.
    ///   - echo: receives all output as it arrives, on the thread of the command.
    public init(showsProgress: Bool = false, echo: (@Sendable (Data) -> Void)? = nil) {
        self.showsProgress = showsProgress
        self.echo = echo
    }

    /// The kept output as a terminal would show it, without credentials in URLs. A carriage return overwrites the line.
    public var text: String {
        let (newline, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        let kept = bytes.withLock { $0.suffix(Self.limit) }
        let lines = kept.split(separator: newline, omittingEmptySubsequences: false).map { line in
            line.split(separator: carriageReturn).last ?? []
        }
        return String(decoding: Array(lines.joined(separator: [newline])), as: UTF8.self).redactingCredentials
    }

    /// Adds a line of Bellpull's own.
    public func note(_ line: String) { append(Array("\(line)\n".utf8)[...]) }

    /// Adds output of a command.
    public func append(_ new: [UInt8]) {
        if !new.isEmpty { append(new[...]) }
    }

    func append(_ new: ArraySlice<UInt8>) {
        echo?(Data(new))
        bytes.withLock { bytes in
            bytes += new
            if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
        }
    }
}
