internal import Foundation

/// The text of a regular file. Opening a pipe or a device fails instead of waiting.
struct PlainFile {
    let text: String
    /// The file's permissions, as in stat(2).
    let mode: mode_t
    /// The file's owner.
    let owner: uid_t

    /// Whether all users may read the file.
    var isReadableByOthers: Bool { mode & S_IROTH != 0 }
    /// Whether all users may write the file.
    var isWritableByOthers: Bool { mode & S_IWOTH != 0 }
    /// Whether the file's group or all users may write the file.
    var isWritableByGroupOrOthers: Bool { mode & (S_IWOTH | S_IWGRP) != 0 }

    /// Whether the file belongs to root, to this process or to the user `bellpull`.
    var isOurs: Bool {
        owner == 0 || owner == geteuid() || getpwnam("bellpull").map { $0.pointee.pw_uid == owner } == true
    }

    /// Reads the file at `path`.
    ///
    /// - Parameter limit: the largest size in bytes.
    init(at path: String, limit: Int) throws(FileError) {
        // Without O_NONBLOCK, open(2) waits for a writer of a pipe.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(errno, path: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(errno, path: path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .folder
        default: throw .notAFile
        }
        guard status.st_size <= limit else { throw .tooLarge(limit: limit) }
        let bytes = try Self.bytes(of: descriptor, limit: limit, expecting: Int(status.st_size), path: path)
        guard !bytes.contains(0) else { throw .containsNUL }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        self.text = text
        mode = status.st_mode
        owner = status.st_uid
    }

    /// Reads to the end of the file. The file may have grown or shrunk since `size` was read.
    private static func bytes(
        of descriptor: Int32, limit: Int, expecting size: Int, path: String
    ) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: size + 1)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(errno, path: path) }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        }
    }
}
