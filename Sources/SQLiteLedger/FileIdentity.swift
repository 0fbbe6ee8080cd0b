internal import Foundation

/// The identity of the file at a path, different from any other file's.
struct FileIdentity: Equatable {
    let device: UInt64
    let number: UInt64

    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }
}
