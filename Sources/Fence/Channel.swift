internal import CFence
internal import Foundation

/// A stream of messages over a unix socket: four bytes of length in network order, then JSON. A descriptor may travel with a
/// message (SCM_RIGHTS).
struct Channel {
    let descriptor: Int32

    /// The longest message, in bytes.
    private static let limit = 4 << 20

    /// Sends `message`.
    ///
    /// - Parameter attachment: a descriptor for the receiver, or -1.
    func send(_ message: some Encodable, attachment: Int32 = -1) throws {
        let body = try JSONEncoder().encode(message)
        let bytes = withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                linux_send(
                    descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, sent == 0 ? attachment : -1)
            }
            guard count > 0 || errno == EINTR else { throw FenceError.system("write to the step's launcher") }
            sent += max(count, 0)
        }
    }

    /// Receives one message, and the descriptor that came with it or -1. Returns `nil` if the connection ended.
    func receive<Message: Decodable>(_ type: Message.Type) throws -> (message: Message, attachment: Int32)? {
        var attachment: Int32 = -1
        guard let header = read(4, &attachment) else { return nil }
        let length = header.reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.limit, let body = read(length, &attachment) else {
            if attachment >= 0 { close(attachment) }
            return nil
        }
        return (try JSONDecoder().decode(type, from: Data(body)), attachment)
    }

    /// Reads exactly `count` bytes. Returns `nil` if the connection ended, or nothing came for the socket's SO_RCVTIMEO.
    private func read(_ count: Int, _ attachment: inout Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let part = bytes.withUnsafeMutableBytes { bytes in
                linux_receive(descriptor, bytes.baseAddress?.advanced(by: received), count - received, &attachment)
            }
            guard part > 0 || (part < 0 && errno == EINTR) else { return nil }
            received += max(part, 0)
        }
        return bytes
    }

    /// Limits the time of each read and write.
    func limitWaiting(to seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }
}
