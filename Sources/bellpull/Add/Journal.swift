import Foundation
import Processes

/// The record of what `bellpull add` is making, in the sites' folder, where only root can write. Each line is on the disk before
/// the thing is made. An `add` that fails undoes the lines; after a kill, the next command does.
///
///     file     a file of the configuration: removed
///     folder   a folder: removed if it is empty
///     contents a folder that was empty: emptied, with the rights of the user who deploys
///     owner    a folder that was root's: given back to root
final class Journal {
    enum Trace: Equatable {
        case file(String)
        case folder(String)
        case contents(String)
        case owner(String)

        /// Parses a line; `nil` for a line that was cut short.
        init?(line: Substring) {
            guard let blank = line.firstIndex(of: " ") else { return nil }
            let path = String(line[line.index(after: blank)...])
            guard path.hasPrefix("/") else { return nil }
            switch line[..<blank] {
            case "file": self = .file(path)
            case "folder": self = .folder(path)
            case "contents": self = .contents(path)
            case "owner": self = .owner(path)
            default: return nil
            }
        }

        var line: String {
            switch self {
            case .file(let path): "file \(path)"
            case .folder(let path): "folder \(path)"
            case .contents(let path): "contents \(path)"
            case .owner(let path): "owner \(path)"
            }
        }
    }

    private static let ending = ".adding"

    let path: String
    private let account: UserIdentity
    private var traces: [Trace]

    /// Creates an empty journal for the site `name`.
    convenience init(of name: String, _ administration: Administration) throws(CommandError) {
        self.init(at: "\(administration.sitesFolder)/.\(name)\(Self.ending)", administration.account, [])
        try write()
    }

    init(at path: String, _ account: UserIdentity, _ traces: [Trace]) {
        (self.path, self.account, self.traces) = (path, account, traces)
    }

    /// Notes what is going to be made.
    func note(_ trace: Trace) throws(CommandError) {
        traces.append(trace)
        try write()
    }

    private func write() throws(CommandError) {
        try NewFile(path, mode: 0o600).replace(with: traces.map { $0.line + "\n" }.joined())
    }

    /// Ends the journal of an `add` that has succeeded.
    func close() {
        unlink(path)
        NewFile.synchronizeFolder(of: path)
    }

    /// Undoes everything, the last first, and ends the journal.
    func undo() {
        for trace in traces.reversed() {
            switch trace {
            case .file(let path): unlink(path)
            case .folder(let path): rmdir(path)
            case .contents(let path): _ = try? account.act { Self.empty(path) }
            case .owner(let path): lchown(path, 0, 0)
            }
        }
        close()
    }

    private static func empty(_ folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
    }

    /// Undoes what killed commands have left. The caller holds the lock. A site whose file is there was added.
    static func recover(_ administration: Administration) {
        let folder = administration.sitesFolder
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix(".") && name.hasSuffix(ending) {
            let path = "\(folder)/\(name)"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            let journal = Journal(
                at: path, administration.account, text.split(separator: "\n").compactMap { Trace(line: $0) })
            let site = String(name.dropFirst().dropLast(ending.count))
            if access(administration.file(of: site), F_OK) == 0 { journal.close() } else { journal.undo() }
        }
    }
}
