internal import Foundation

/// The kept output of one stream of a command. All output is read while the command runs, so that writing never blocks.
struct OutputCapture {
    /// The number of bytes kept of a tail.
    static let limit = 64 << 10

    private let retention: OutputRetention
    private var bytes: [UInt8] = []
    /// Whether the stream had more bytes than `OutputRetention.whole` allows.
    private(set) var isOverLimit = false

    init(_ retention: OutputRetention = .tail) {
        self.retention = retention
    }

    /// Reads the available output without blocking, up to 64 KiB per call: a command may write faster than Bellpull
    /// reads. Returns false at the end of the stream.
    ///
    /// - Parameter transcript: receives the same bytes.
    mutating func drain(_ descriptor: Int32, _ transcript: Transcript? = nil) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        for _ in 0..<Self.limit / buffer.count {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
            keep(buffer[..<count])
            transcript?.append(buffer[..<count])
        }
        return true
    }

    private mutating func keep(_ new: ArraySlice<UInt8>) {
        switch retention {
        case .tail:
            bytes += new
            // Trimming only at twice the limit keeps the cost of moving bytes low.
            if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
        case .whole(let limit):
            isOverLimit = isOverLimit || bytes.count + new.count > limit
            if !isOverLimit { bytes += new }
        }
    }

    /// The kept bytes.
    var kept: [UInt8] {
        switch retention {
        case .tail: Array(bytes.suffix(Self.limit))
        case .whole: bytes
        }
    }

    /// The kept output as text. Bytes that are not UTF-8 become U+FFFD.
    var text: String { String(decoding: kept, as: UTF8.self) }
}
