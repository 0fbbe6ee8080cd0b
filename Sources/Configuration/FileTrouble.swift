internal import Foundation
internal import Text

/// Why a file cannot be read, in words that follow its path.
enum FileTrouble: Error, Equatable {
    case missing
    case danglingLink
    case linkLoop
    case unreadable(user: String)
    case folder
    case notAFile
    case notAFolder
    case tooLarge(limit: Int)
    case notUTF8
    case holdsNUL
    case system(String)

    /// What the system call that failed with `code` says about `path`.
    init(_ code: Int32, path: String) {
        var status = stat()
        switch code {
        case ENOENT: self = lstat(path, &status) == 0 ? .danglingLink : .missing
        case ENOTDIR: self = lstat(path, &status) == 0 ? .notAFolder : .missing
        case ELOOP: self = .linkLoop
        case EACCES, EPERM: self = .unreadable(user: NSUserName())
        case ENXIO: self = .notAFile
        default: self = .system(String(cString: strerror(code)))
        }
    }

    /// What is wrong, as in `… is a folder`.
    var message: String {
        switch self {
        case .missing: "does not exist"
        case .danglingLink: "is a symbolic link to something that does not exist"
        case .linkLoop: "is a symbolic link that leads back to itself"
        case .unreadable(let user): "cannot be read by \(user)"
        case .folder: "is a folder, not a file"
        case .notAFile: "is a pipe, a socket or a device, not a file"
        case .notAFolder: "is not a folder"
        case .tooLarge(let limit): "has more than \(Self.size(limit))"
        case .notUTF8: "is not UTF-8 text"
        case .holdsNUL: "holds a NUL byte, so it is not a text"
        case .system(let reason): "cannot be read: \(reason)"
        }
    }

    /// The way out, for the file at `path`.
    func hint(path: String) -> String {
        let path = path.escapedForDisplay
        return switch self {
        case .missing: "create \(path), or correct the name"
        case .danglingLink, .linkLoop: "ls -l \(path) shows where it leads; correct or remove it"
        case .unreadable(let user): "chown or chmod \(path) and the folders above it so that \(user) can read it"
        case .folder, .notAFile, .notAFolder: "move \(path) away, or correct the name"
        case .tooLarge: "is it the right file? ls -l \(path)"
        case .notUTF8, .holdsNUL: "save it as UTF-8, or see what it is: file \(path)"
        case .system: "ls -l \(path)"
        }
    }

    private static func size(_ bytes: Int) -> String {
        bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
    }
}
