public import Foundation
internal import Synchronization

/// What the commands of one deployment wrote, for people to read: the last part is kept, and all of it can be shown as it
/// comes.
public final class Transcript: Sendable {
    /// How much is kept, in bytes.
    public static let limit = 64 << 10

    /// Whether commands should show how far they are.
    public let showsProgress: Bool

    private let bytes = Mutex<[UInt8]>([])
    private let echo: (@Sendable (Data) -> Void)?

    /// An empty transcript.
    ///
    /// - Parameters:
    ///   - showsProgress: whether somebody watches on a terminal.
    ///   - echo: gets everything as it comes, on the thread that runs the command.
    public init(showsProgress: Bool = false, echo: (@Sendable (Data) -> Void)? = nil) {
        self.showsProgress = showsProgress
        self.echo = echo
    }

    /// The end of what was written: as a terminal would be left with it, where a carriage return begins the line anew,
    /// and without the credentials in URLs.
    public var text: String {
        let text = String(decoding: bytes.withLock { $0.suffix(Self.limit) }, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: "\r").last ?? ""
        }
        return lines.joined(separator: "\n").redactingCredentials
    }

    func append(_ new: ArraySlice<UInt8>) {
        echo?(Data(new))
        bytes.withLock { bytes in
            bytes += new
            if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
        }
    }
}
