import Foundation
import TestSupport

/// A connection over which a test sends any bytes.
final class PeerSocket: Sendable {
    private let descriptor: Int32

    /// Connects to `port` of this machine.
    init(port: UInt16) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        descriptor = try Self.connect(AF_INET, &address)
    }

    /// Connects to the unix socket at `path`.
    init(path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        descriptor = try Self.connect(AF_UNIX, &address)
    }

    deinit { close(descriptor) }

    /// Sends `bytes`, or the part before the peer closes the connection.
    func send(_ bytes: some Sequence<UInt8>) {
        var left = Array(bytes)[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            left = left.dropFirst(count)
        }
    }

    /// Closes the sending half of the connection.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes both halves of the connection.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Returns the bytes from the peer when `isComplete` accepts them or the peer closes the connection.
    ///
    /// - Throws: `Trouble` if neither happens within `time`.
    func receive(
        within time: Duration = .seconds(20), until isComplete: (Data) -> Bool = { _ in false }
    ) throws -> Data {
        let deadline = ContinuousClock.now + time
        var received = Data()
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = max(.zero, ContinuousClock.now.duration(to: deadline))
            guard poll(&entry, 1, Int32(left / .milliseconds(1))) > 0 else {
                throw Trouble("no reply in \(time), or no end of it: \(String(decoding: received, as: UTF8.self))")
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return received }
            received += buffer[..<count]
            if isComplete(received) { return received }
        }
    }

    private static func connect<Address>(_ family: Int32, _ address: inout Address) throws -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let status = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                Foundation.connect(descriptor, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        guard status == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw Trouble("cannot connect: \(reason)")
        }
        return descriptor
    }
}
