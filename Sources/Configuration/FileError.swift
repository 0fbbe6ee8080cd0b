internal import Foundation
internal import Text

/// The reason why a file cannot be read.
enum FileError: Error, Equatable {
    case missing
    case danglingLink
    case linkLoop
    case unreadable(user: String)
    case folder
    case notAFile
    case notAFolder
    case tooLarge(limit: Int)
    case notUTF8
    case containsNUL
    case system(String)

    /// Interprets `code`, the errno of a system call on `path`.
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

    /// The fact, to be written after the path: `… is a folder, not a file`.
    var message: String {
        switch self {
        case .missing: "does not exist"
        case .danglingLink: "is a symbolic link to a missing file"
        case .linkLoop: "is part of a loop of symbolic links"
        case .unreadable(let user): "cannot be read by \(user)"
        case .folder: "is a folder, not a file"
        case .notAFile: "is a pipe, a socket or a device, not a file"
        case .notAFolder: "is not a folder"
        case .tooLarge(let limit): "is larger than \(Self.size(limit))"
        case .notUTF8: "is not UTF-8 text"
        case .containsNUL: "contains a NUL byte"
        case .system(let reason): "cannot be read: \(reason)"
        }
    }

    /// Returns the remedy for the file at `path`.
    ///
    /// - Parameter mode: the permissions that chmod(1) gives an unreadable file.
    func hint(path: String, mode: String = "ug+rX") -> String {
        let word = ShellWord(path)
        return switch self {
        case .missing: "create \(word), or correct the path"
        case .danglingLink, .linkLoop: "see the link's target, then correct or remove the link: ls -l \(word)"
        case .unreadable:
            if let folder = Self.closedFolder(above: path) {
                "chmod a+x \(ShellWord(folder))"
            } else {
                "chgrp \(ServiceGroup.name) \(word) && chmod \(mode) \(word)"
            }
        case .folder, .notAFile, .notAFolder: "move \(word) away, or correct the path"
        case .tooLarge: "check that the path is right: ls -l \(word)"
        case .notUTF8, .containsNUL: "save the file as UTF-8; to see its encoding: file \(word)"
        case .system: "look at the file: ls -l \(word)"
        }
    }

    /// Returns the first folder on the way to `path` without search permission for this process.
    static func closedFolder(above path: String) -> String? {
        let folders = path.indices.filter { path[$0] == "/" && $0 > path.startIndex }.map { String(path[..<$0]) }
        return folders.first {
            faccessat(AT_FDCWD, $0, F_OK, AT_EACCESS) == 0 && faccessat(AT_FDCWD, $0, X_OK, AT_EACCESS) != 0
        }
    }

    private static func size(_ bytes: Int) -> String {
        bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
    }
}
