internal import Foundation

/// The last 64 KiB of an output stream. All output is read while the command runs, so that writing never blocks.
struct OutputTail {
    /// The number of bytes kept.
    static let limit = 64 << 10

    private var bytes: [UInt8] = []

    /// Reads the available output without blocking, up to 64 KiB per call: a command may write faster than Bellpull
    /// reads. Returns false at the end of the stream.
    ///
    /// - Parameter transcript: receives the same bytes.
    mutating func drain(_ descriptor: Int32, _ transcript: Transcript? = nil) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        for _ in 0..<Self.limit / buffer.count {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
            bytes += buffer[..<count]
            transcript?.append(buffer[..<count])
            // Trimming only at twice the limit keeps the cost of moving bytes low.
            if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
        }
        return true
    }

    /// The kept output as text. Bytes that are not UTF-8 become U+FFFD.
    var text: String { String(decoding: bytes.suffix(Self.limit), as: UTF8.self) }
}
