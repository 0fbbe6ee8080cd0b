internal import Deploy
internal import Foundation
internal import Processes

/// The output that the running deployment of a site has written so far.
struct RunningOutput {
    /// The complete lines.
    let text: String
    /// The position after the lines, in bytes.
    let end: Int

    /// The longest text, in bytes. Of a longer one the end is read.
    private static let limit = 64 << 10

    /// Reads the output of `site` from `position` on. Empty if there is no file, or if the position is not in the file.
    init(of site: String, in folder: String, from position: Int = 0) {
        let path = DeploymentOutput(in: folder, of: site).path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            Int(status.st_size) >= position
        else {
            if descriptor >= 0 { close(descriptor) }
            (text, end) = ("", 0)
            return
        }
        defer { close(descriptor) }
        let start = max(position, Int(status.st_size) - Self.limit)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) - start)
        let count = pread(descriptor, &bytes, bytes.count, off_t(start))
        guard count > 0, let newline = bytes[..<count].lastIndex(of: UInt8(ascii: "\n")) else {
            (text, end) = ("", position)
            return
        }
        let lines = String(decoding: bytes[...newline], as: UTF8.self).redactingCredentials
        text = (start > position ? "…\n" : "") + lines
        end = start + newline + 1
    }
}

extension String {
    /// The text without the escape sequences that set colours and move the cursor of a terminal (ECMA-48 §5.4).
    var withoutTerminalSequences: String {
        utf8.contains(0x1b) ? replacing(#/\u{1b}\[[0-9;?]*[ -\/]*[@-~]/#, with: "") : self
    }
}
