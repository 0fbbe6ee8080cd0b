internal import Foundation

/// The references of a repository, read from its files (gitrepository-layout(5)).
///
/// Every push needs the commit of a branch. Reading two files for the answer saves a git process.
struct References: Sendable {
    let gitDirectory: String
    let commonDirectory: String

    /// The target of HEAD, such as `refs/heads/main`, or `nil` if HEAD is detached.
    var head: String? {
        guard let text = contents("\(gitDirectory)/HEAD"), text.hasPrefix("ref: ") else { return nil }
        return String(text.dropFirst(5))
    }

    /// The commit of a detached HEAD, or `nil` if HEAD is on a branch.
    var detachedHead: Commit? { contents("\(gitDirectory)/HEAD").flatMap { Commit($0) } }

    /// The commit of the first line of `FETCH_HEAD`.
    var fetched: Commit? {
        contents("\(gitDirectory)/FETCH_HEAD").flatMap { Commit($0.prefix { $0 != "\t" }) }
    }

    /// Returns the commit of `ref`, from the file named `ref` or from `packed-refs`.
    func commit(of ref: String) -> Commit? {
        if let text = contents("\(commonDirectory)/\(ref)") { return Commit(text) }
        guard let packed = contents("\(commonDirectory)/packed-refs") else { return nil }
        let line = packed.split(separator: "\n").first { $0.hasSuffix(" \(ref)") }
        return line.flatMap { Commit($0.prefix { $0 != " " }) }
    }

    /// Reads a file with system calls: Foundation takes three times as long.
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
            // A file of more than 512 bytes is packed-refs, and may be long.
            if buffer.count == 512 { buffer = [UInt8](repeating: 0, count: 64 << 10) }
        }
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Permissions

    /// The first folder or file of a fetch that this user may not write to, or `nil`. Running git as root leaves such
    /// files behind.
    var unwritablePath: String? {
        ([gitDirectory, commonDirectory, "\(gitDirectory)/FETCH_HEAD"] + folders).first { path in
            access(path, W_OK) != 0 && errno != ENOENT
        }
    }

    /// The folders of the objects, the references and the logs, and the log files.
    private var folders: [String] {
        let objects = "\(commonDirectory)/objects"
        let packs = (try? FileManager.default.contentsOfDirectory(atPath: objects)) ?? []
        return [objects] + packs.map { "\(objects)/\($0)" } + tree("refs") + tree("logs")
    }

    private func tree(_ name: String) -> [String] {
        let top = "\(commonDirectory)/\(name)"
        let below = FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? []
        let paths = [top] + below.map { "\(top)/\($0)" }
        // Git appends to the log files, but replaces the other files. To replace a file, git writes to the folder only.
        return name == "logs" ? paths : paths.filter(isFolder)
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
