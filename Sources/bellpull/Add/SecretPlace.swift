import Foundation
import Processes
import Text

/// The file of a new site's secret, before `bellpull add` makes anything.
struct SecretPlace {
    let path: String
    /// The user who deploys, and reads the secret.
    let account: UserIdentity

    private var name: String { "the secret file \(path.escapedForDisplay)" }
    private var word: String { path.quotedForShell }

    /// Returns whether the secret is to be made.
    ///
    /// - Throws: an error if the file cannot be the secret's.
    func isMissing() throws(CommandError) -> Bool {
        if let folder = account.closedFolder(above: path) {
            throw CommandError(
                .failure, "\(name) is in \(folder.escapedForDisplay), which \(account.name) may not enter",
                hint: "chmod a+x \(folder.quotedForShell)")
        }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw fail(String(cString: strerror(errno))) }
            let folder = (path as NSString).deletingLastPathComponent
            guard access(folder, F_OK) != 0 else { return true }
            throw CommandError(
                .failure, "the folder \(folder.escapedForDisplay) of the secret file does not exist",
                hint: "\(ShellCommand("install", "-d", folder))")
        }
        guard stat(path, &status) == 0 else {
            throw CommandError(.failure, "\(name) is a symbolic link to a missing file", hint: "ls -l \(word)")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw CommandError(
                .failure, "\(name) is a folder", hint: "--secret-file \("\(path)/webhook.secret".quotedForShell)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CommandError(.failure, "\(name) is a pipe, a socket or a device, not a file", hint: "ls -l \(word)")
        }
        try refuseContent()
        return false
    }

    /// The warning about an existing file that too many people may read or write; `nil` if there is nothing to say.
    var warning: Explanation? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP) != 0 else { return nil }
        let fact =
            status.st_mode & S_IROTH != 0 ? "is readable by all users" : "is writable by more than its owner"
        return Explanation("\(name) \(fact)", hint: permissions)
    }

    private var permissions: String {
        let group = account.groupName.quotedForShell
        return "chgrp \(group) \(word) && chmod 640 \(word)"
    }

    private func refuseContent() throws(CommandError) {
        let data: Data?
        do {
            data = try account.act {
                faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 ? FileManager.default.contents(atPath: path) : nil
            }
        } catch {
            throw fail("\(error)")
        }
        guard let data else {
            throw CommandError(.failure, "\(name) cannot be read by \(account.name)", hint: permissions)
        }
        guard !data.allSatisfy({ [0x0a, 0x0d, 0x20, 0x09].contains($0) }) else {
            throw CommandError(.configuration, "\(name) is empty", hint: "openssl rand -hex 20 > \(word)")
        }
    }

    private func fail(_ reason: String) -> CommandError {
        CommandError(.failure, "\(name): \(reason)", hint: "ls -l \(word)")
    }
}

extension UserIdentity {
    /// The name of the user's own group, or its number.
    var groupName: String { getgrgid(group).map { String(cString: $0.pointee.gr_name) } ?? "\(group)" }

    /// Returns the first folder on the way to `path` that the user may not enter; `nil` if there is none.
    func closedFolder(above path: String) -> String? {
        let folders = path.indices.filter { path[$0] == "/" && $0 > path.startIndex }.map { String(path[..<$0]) }
        return try? act {
            folders.first {
                faccessat(AT_FDCWD, $0, F_OK, AT_EACCESS) == 0 && faccessat(AT_FDCWD, $0, X_OK, AT_EACCESS) != 0
            }
        }
    }
}
