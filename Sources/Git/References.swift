internal import Foundation

/// A repository's references as its files say (gitrepository-layout(5)), for the one question that is asked at every
/// push and is not worth a process: where is this branch?
struct References: Sendable {
    let gitDirectory: String
    let commonDirectory: String

    /// The reference that HEAD stands for, or `nil` if it is detached.
    var head: String? {
        guard let text = contents("\(gitDirectory)/HEAD"), text.hasPrefix("ref: ") else { return nil }
        return String(text.dropFirst(5))
    }

    /// The commit HEAD is at if it stands for no reference.
    var detachedHead: Commit? { contents("\(gitDirectory)/HEAD").flatMap { Commit($0) } }

    /// The commit `ref` is at, loose or packed.
    func commit(of ref: String) -> Commit? {
        if let text = contents("\(commonDirectory)/\(ref)") { return Commit(text) }
        guard let packed = contents("\(commonDirectory)/packed-refs") else { return nil }
        let line = packed.split(separator: "\n").first { $0.hasSuffix(" \(ref)") }
        return line.flatMap { Commit($0.prefix { $0 != " " }) }
    }

    /// Foundation would do, for three times the time.
    private func contents(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { return nil }
            bytes += buffer[..<count]
            if count < buffer.count { break }
            // Packed references may be many.
            if buffer.count == 512 { buffer = [UInt8](repeating: 0, count: 64 << 10) }
        }
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
