internal import Foundation
public import Text

/// A file named at the terminal.
public enum NamedFile {
    /// Returns the text of the regular file at `path`. Never waits for a pipe or a device.
    ///
    /// - Parameters:
    ///   - limit: the largest size in bytes.
    ///   - command: the command for a person with more rights.
    /// - Throws: the problem, with the closed folder or file, and the remedy.
    public static func text(at path: String, limit: Int, command: ShellCommand) throws(ConfigurationIssue) -> String {
        let place = path.escapedForDisplay
        do throws(FileError) {
            return try PlainFile(at: path, limit: limit).text
        } catch {
            guard case .unreadable(let user) = error, geteuid() != 0 else {
                throw ConfigurationIssue(place, "\(place) \(error.message)", hint: error.hint(path: path))
            }
            let folder = closedFolder(above: path).map { "; \(user) may not enter the folder \($0.escapedForDisplay)" }
            throw ConfigurationIssue(place, "\(place) \(error.message)\(folder ?? "")", hint: "sudo \(command)")
        }
    }

    /// Returns the first closed folder on the way to `path`, for this process.
    public static func closedFolder(above path: String) -> String? { FileError.closedFolder(above: path) }
}
