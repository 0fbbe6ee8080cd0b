import Foundation

/// The mounts that a process sees (proc(5), `/proc/PID/mountinfo`). systemd's sandbox consists of such mounts, so the table
/// says what the running service may write to, whatever the files of its unit say by now.
struct MountTable {
    private struct Mount {
        let path: String
        let source: String
        let isReadOnly: Bool
    }

    /// What the process may do in a folder.
    enum Access {
        case writable, readOnly, hidden
    }

    private let mounts: [Mount]

    /// Reads the mounts of the process `process`; `nil` if this user may not.
    init?(of process: pid_t) {
        guard let text = Self.text(of: process) else { return nil }
        self.init(text)
    }

    /// Returns the whole text for `process`; `nil` if this user may not read it. Foundation would take the first page of a
    /// file in `/proc` for the whole file, as the file has the size 0.
    static func text(of process: pid_t) -> String? {
        let descriptor = open("/proc/\(process)/mountinfo", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while case let count = read(descriptor, &piece, piece.count), count != 0 {
            guard count > 0 else { return nil }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Parses the text of a `mountinfo`.
    init(_ text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 6 else { return nil }
            let options = fields[5].split(separator: ",")
            return Mount(
                path: Self.unescaped(fields[4]), source: Self.unescaped(fields[3]), isReadOnly: options.contains("ro"))
        }
    }

    /// Returns what the process may do in the folder `path`. A later mount covers an earlier one.
    func access(to path: String) -> Access {
        let above = mounts.filter { path == $0.path || $0.path == "/" || path.hasPrefix("\($0.path)/") }
        guard let longest = above.map(\.path.utf8.count).max(),
            let mount = above.last(where: { $0.path.utf8.count == longest })
        else { return .writable }
        // systemd hides a folder below an empty one of its own (systemd.exec(5), ProtectHome=).
        if mount.source.hasSuffix("/inaccessible/dir") { return .hidden }
        return mount.isReadOnly ? .readOnly : .writable
    }

    /// Replaces `\040` and the like by the byte with this octal number.
    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("\\") else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), let number = UInt8(digits, radix: 8) {
                bytes.append(number)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
