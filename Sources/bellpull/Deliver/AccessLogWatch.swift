import Foundation

/// Waits for the line of a delivery in nginx's access log. Opened as root, so that it can be read after the process has become
/// another user.
final class AccessLogWatch {
    private let descriptor: Int32
    private let start: off_t

    /// nginx writes a line after the reply.
    private static let time = Duration.seconds(3)
    /// The most bytes that other requests may write in between.
    private static let limit = 4 << 20

    /// Notes the end of the log at `path`.
    init(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        start = descriptor < 0 ? 0 : max(0, lseek(descriptor, 0, SEEK_END))
    }

    deinit { close(descriptor) }

    /// Returns the line of the delivery `id`; `nil` if none came. A rejected delivery has no id in the log, so a line with the
    /// same status will do.
    func line(of id: String, _ status: Int) -> String? {
        guard descriptor >= 0 else { return nil }
        let deadline = ContinuousClock.now + Self.time
        var last: String?
        repeat {
            let lines = newLines
            if let line = lines.first(where: { $0.contains("\"delivery\":\"\(id)\"") }) { return line }
            last = lines.last { $0.contains("\"method\":\"POST\"") && $0.contains("\"status\":\(status),") }
            if last != nil, status >= 400 { return last }
            usleep(20_000)
        } while .now < deadline
        return last
    }

    /// The complete lines since the beginning of the watch.
    private var newLines: [String] {
        var buffer = [UInt8](repeating: 0, count: Self.limit)
        let count = pread(descriptor, &buffer, buffer.count, start)
        guard count > 0, let end = buffer[..<count].lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return buffer[..<end].split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
}
