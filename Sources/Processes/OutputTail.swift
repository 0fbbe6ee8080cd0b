internal import Foundation

/// The end of a command's output: it is read while the command runs, however much it is, and the last part is kept.
struct OutputTail {
    /// How much is kept, in bytes.
    static let limit = 64 << 10

    private var bytes: [UInt8] = []

    /// Reads what is there without waiting, no more than is kept: whoever writes without end is read a part at a time.
    /// Returns false at the end of the stream.
    ///
    /// - Parameter transcript: gets the same, as it comes.
    mutating func drain(_ descriptor: Int32, _ transcript: Transcript? = nil) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        for _ in 0..<Self.limit / buffer.count {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
            bytes += buffer[..<count]
            transcript?.append(buffer[..<count])
            // Trimmed at twice the limit, so that a flood is not moved about byte by byte.
            if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
        }
        return true
    }

    /// What was kept.
    var text: String { String(decoding: bytes.suffix(Self.limit), as: UTF8.self) }
}
