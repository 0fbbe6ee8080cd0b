import Foundation

/// A service manager's end of sd_notify(3): a unix datagram socket that collects messages.
package final class NotifySocket: @unchecked Sendable {
    /// The value for `NOTIFY_SOCKET`.
    package let name: String
    private let descriptor: Int32
    private let lock = NSLock()
    private var received: [String] = []

    /// Creates a socket at the path `name`, or an abstract socket if `name` starts with `@`.
    package init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
        let isAbstract = name.hasPrefix("@")
        if isAbstract { address.sun_path.0 = 0 }
        let size = socklen_t(2 + name.utf8.count + (isAbstract ? 0 : 1))
        let status = withUnsafeBytes(of: address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(descriptor, $0.baseAddress, size) }
        }
        guard status == 0 else { throw Trouble("cannot bind \(name): \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// The messages so far, each one datagram.
    package var messages: [String] {
        lock.withLock {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                guard count >= 0 else { return received }
                received.append(String(decoding: buffer[..<count], as: UTF8.self))
            }
        }
    }

    /// The lines of all messages so far.
    package var lines: [String] { messages.flatMap { $0.split(separator: "\n").map(String.init) } }

    /// Waits for a line `text`, and returns whether it came.
    package func hears(_ text: String, within time: Duration = .seconds(10)) -> Bool {
        Observation.eventually(within: time) { lines.contains(text) }
    }
}
