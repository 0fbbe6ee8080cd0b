import Deploy
import Foundation
import Processes

/// What a running deployment of a site has written to its output file since the last look.
struct OutputTail {
    private let path: String
    private var file: ino_t?
    private var position = 0

    /// The longest piece to show at once, in bytes. Of a longer one the end is shown.
    private static let limit = 64 << 10

    /// Follows the output of `site`.
    init(of site: String, _ state: StateDirectory) {
        path = DeploymentOutput(in: state.path, of: site).path
    }

    /// Whether something was read of the present file.
    var hasShown: Bool { position > 0 }

    /// Returns the new text up to the last complete line; empty if there is none.
    ///
    /// - Parameter isFinished: whether the deployment has ended, so that the last line counts without its end.
    mutating func read(isFinished: Bool = false) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return "" }
        // Each deployment has a file of its own.
        if status.st_ino != file || Int(status.st_size) < position { (file, position) = (status.st_ino, 0) }
        let start = max(position, Int(status.st_size) - Self.limit)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) - start)
        let count = pread(descriptor, &bytes, bytes.count, off_t(start))
        let newline = count > 0 ? bytes[..<count].lastIndex(of: UInt8(ascii: "\n")) : nil
        guard count > 0, let end = isFinished && newline != count - 1 ? count : newline else { return "" }
        let isCut = start > position
        position = start + end + (end < count ? 1 : 0)
        return (isCut ? "…\n" : "") + String(decoding: bytes[..<end], as: UTF8.self).redactingCredentials
    }

    /// Forgets the file: the next deployment writes another one.
    mutating func finish() { (file, position) = (nil, 0) }
}
