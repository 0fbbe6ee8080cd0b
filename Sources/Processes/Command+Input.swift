internal import Foundation

extension Command.Input {
    /// The longest text in bytes. A pipe holds 64 KiB (pipe(7)), so that nobody has to write while the command reads.
    private static let limit = 60 << 10

    /// Returns the open input.
    ///
    /// - Throws: an error of Foundation if the file cannot be opened, `E2BIG` for a text that is too long, or `EMFILE`.
    func handle() throws -> FileHandle {
        switch self {
        case .file(let path): return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        case .descriptor(let descriptor):
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EBADF) }
            return FileHandle(fileDescriptor: copy, closeOnDealloc: true)
        case .text(let text):
            let bytes = Array(text.utf8)
            guard bytes.count <= Self.limit else { throw POSIXError(.E2BIG) }
            let pipe = CloseOnExecPipe()
            try pipe.writingHandle.write(contentsOf: bytes)
            pipe.closeWriting()
            let reading = fcntl(pipe.reading, F_DUPFD_CLOEXEC, 0)
            guard reading >= 0 else { throw POSIXError(.EMFILE) }
            return FileHandle(fileDescriptor: reading, closeOnDealloc: true)
        }
    }
}
