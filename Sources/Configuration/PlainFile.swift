internal import Foundation

/// The text of a file, which was opened without waiting for anybody and is known to be a plain file.
struct PlainFile {
    let text: String
    /// Its permissions, as in stat(2).
    let mode: mode_t

    /// Whether everybody may read it.
    var isReadableByOthers: Bool { mode & S_IROTH != 0 }
    /// Whether everybody may write it.
    var isWritableByOthers: Bool { mode & S_IWOTH != 0 }
    /// Whether more than its owner may write it.
    var isWritableByGroupOrOthers: Bool { mode & (S_IWOTH | S_IWGRP) != 0 }

    /// Reads the file at `path`.
    ///
    /// - Parameter limit: the most bytes it may have.
    init(at path: String, limit: Int) throws(FileTrouble) {
        // A pipe that nobody writes to would not open without O_NONBLOCK.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTrouble(errno, path: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileTrouble(errno, path: path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .folder
        default: throw .notAFile
        }
        guard status.st_size <= limit else { throw .tooLarge(limit: limit) }
        let bytes = try Self.bytes(of: descriptor, limit: limit, expecting: Int(status.st_size), path: path)
        guard !bytes.contains(0) else { throw .holdsNUL }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        self.text = text
        mode = status.st_mode
    }

    /// Reads to the end, which may be elsewhere than it was a moment ago.
    private static func bytes(
        of descriptor: Int32, limit: Int, expecting size: Int, path: String
    ) throws(FileTrouble) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: size + 1)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileTrouble(errno, path: path) }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        }
    }
}
