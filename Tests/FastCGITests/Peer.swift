import Foundation

@testable import FastCGI

/// The web server's end of a FastCGI connection. Can send anything, also invalid records.
final class Peer: Sendable {
    /// The reply on a connection.
    struct Reply: Equatable {
        /// The id of the request.
        let id: UInt16
        /// The CGI response: all content of `FCGI_STDOUT` records.
        let text: String
        /// The protocol status of the `FCGI_END_REQUEST` record (FastCGI 1.0 §5.5): 0 for a served request.
        let protocolStatus: UInt8

        /// The body of the CGI response.
        var body: Substring? { text.firstRange(of: "\r\n\r\n").map { text[$0.upperBound...] } }
    }

    /// The error of a failed system call on the connection.
    struct Broken: Error {
        let call: String
        let code = errno
    }

    private let descriptor: Int32

    /// Connects to the socket at `path`. Every operation on the connection fails after ten seconds.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { throw Broken(call: "connect") }
    }

    deinit { close(descriptor) }

    /// Sends `records` all at once.
    func send(_ records: [Record]) throws { try send(records.flatMap(\.bytes)) }

    /// Sends `bytes`.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Foundation.send(
                    descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Broken(call: "send") }
            sent += count
        }
    }

    /// Ends the sending direction of the connection.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether data or the end of the connection arrives within `time`.
    func hears(within time: Duration) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, Int32(time / .milliseconds(1))) == 1
    }

    /// Waits for the end of the connection and returns all bytes received.
    func received() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // Closing a socket with unread input resets the connection, after the data already sent.
            if count == 0 || count < 0 && errno == ECONNRESET { return bytes }
            guard count > 0 else { throw Broken(call: "recv") }
            bytes += buffer[..<count]
        }
    }

    /// Waits for the end of the connection and returns the reply; `nil` if there was no valid reply.
    func reply() throws -> Reply? {
        guard let records = Record.parse(try received()), let end = records.last, end.kind == .end,
            end.content.count == 8, records.allSatisfy({ $0.id == end.id })
        else { return nil }
        let output = records.filter { $0.kind == .stdout }.flatMap(\.content)
        return Reply(id: end.id, text: String(decoding: output, as: UTF8.self), protocolStatus: end.content[4])
    }
}
