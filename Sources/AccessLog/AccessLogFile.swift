internal import Foundation
public import Text

/// An open log. A command of root opens the logs before it becomes the ledger's owner, who may not be able to read them.
public final class AccessLogFile: Sendable {
    /// Why a log cannot be opened.
    public struct OpenError: Error, Sendable, Equatable {
        /// The problem and its remedy.
        public let explanation: Explanation
        /// Whether the file does not exist.
        public let isMissing: Bool
    }

    /// The path, or `standard input`.
    public let name: String
    let descriptor: Int32
    private let isOwned: Bool

    /// Standard input.
    public static let standardInput = AccessLogFile(name: "standard input", descriptor: STDIN_FILENO, isOwned: false)

    private init(name: String, descriptor: Int32, isOwned: Bool) {
        self.name = name
        self.descriptor = descriptor
        self.isOwned = isOwned
    }

    /// Opens the log at `path`, compressed or not.
    public convenience init(path: String) throws(OpenError) {
        // Nobody may ever write into a named pipe, and then opening it would not end. Reading waits for a slow writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        let reason = errno
        guard descriptor >= 0 else {
            let hint = reason == EACCES && getuid() != 0 ? "run the command as root" : nil
            throw OpenError(
                explanation: Explanation("cannot read \(path): \(String(cString: strerror(reason)))", hint: hint),
                isMissing: reason == ENOENT)
        }
        _ = fcntl(descriptor, F_SETFL, 0)
        self.init(name: path, descriptor: descriptor, isOwned: true)
    }

    deinit { if isOwned { close(descriptor) } }

    /// Opens the log at `path` with its rotated files, oldest first (logrotate(8)): numbered or dated, compressed or not.
    /// A file that is being compressed is read once.
    public static func rotated(_ path: String) throws(OpenError) -> [AccessLogFile] {
        var opened: [AccessLogFile] = []
        for name in RotatedNames(of: path).oldestFirst {
            do {
                opened.append(try AccessLogFile(path: name))
            } catch  where error.isMissing && name != path {
                // logrotate has moved the file meanwhile.
                continue
            }
        }
        var seen: Set<UInt64> = []
        return opened.filter { seen.insert($0.identity).inserted }
    }

    /// The number of the file, to find a file that was renamed between two openings.
    private var identity: UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    /// Whether the log is a regular file: reading a pipe or a device may never end.
    public var isRegular: Bool { size != nil }

    /// The size in bytes; `nil` for a pipe.
    public var size: Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Returns the lines in the last `count` bytes of an uncompressed log in any format that contain `word` and one of
    /// `others`, newest first.
    public func lastLines(_ count: Int, containing word: String, andOneOf others: [String]) -> [String] {
        guard !isCompressed, let size else { return [] }
        let (word, others) = (Array(word.utf8), others.map { Array($0.utf8) })
        let first = max(size - count - 1, 0)
        var bytes = [UInt8](repeating: 0, count: size - first)
        let read = pread(descriptor, &bytes, bytes.count, off_t(first))
        guard read > 0 else { return [] }
        let text = bytes.span.extracting(first: read)
        var lines: [String] = []
        // The first line may have been cut.
        var start = first == 0 ? 0 : text.firstIndex(of: UInt8(ascii: "\n"), from: 0).map { $0 + 1 } ?? read
        while start < read {
            let end = text.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? read
            let line = text.extracting(start..<end)
            if line.contains(word), others.contains(where: { line.contains($0) }) {
                lines.append(String(decoding: bytes[start..<end], as: UTF8.self))
            }
            start = end + 1
        }
        return lines.reversed()
    }

    /// Whether the file starts like the output of gzip(1).
    var isCompressed: Bool {
        var magic: [UInt8] = [0, 0]
        return size != nil && pread(descriptor, &magic, 2, 0) == 2 && magic == [0x1f, 0x8b]
    }
}
