import Foundation
import Git
import Processes
import Text

/// The record of the files and folders made by `bellpull add`, in the sites' folder, where only root can write. A failing `add`
/// undoes the lines; after a kill, the next command undoes them. Each line has the device and the inode of a file or folder. If
/// another file or folder is in its place by then, a person has put it there, and it stays.
///
///     draft    an unfinished file, under a name of Bellpull's own: removed
///     file     a file of the configuration: removed
///     folder   a folder: removed if it is empty
///     owner    a folder that was root's: given back to root if it is empty
///     staging  the folder with the unfinished clone (`StagedClone`): removed with everything in it
///     whole    the folder of a clone that is whole, and on its way to the site's folder
final class Journal {
    private static let ending = ".adding"

    let path: String
    private let account: UserIdentity
    private var traces: [Trace]
    /// The move of a whole clone by this process.
    private var move: FolderMove?

    /// Creates an empty journal for the site `name`.
    convenience init(of name: String, _ administration: Administration) throws(CommandError) {
        self.init(at: "\(administration.sitesFolder)/.\(name)\(Self.ending)", administration.account, [])
        try write()
    }

    init(at path: String, _ account: UserIdentity, _ traces: [Trace]) {
        (self.path, self.account, self.traces) = (path, account, traces)
    }

    /// Notes a file or folder: after it was made, or before, if its name is Bellpull's own.
    func note(_ trace: Trace) throws(CommandError) {
        traces.append(trace)
        try write()
    }

    /// Notes the new folder at `path`.
    func noteFolder(_ path: String) throws(CommandError) { try note(Trace(.folder, path, FileIdentity(of: path))) }

    /// Moves a whole clone to the site's folder.
    func publish(_ staged: StagedClone) throws {
        try note(Trace(.whole, staged.path, FileIdentity(of: staged.path)))
        do {
            move = try account.act { try staged.publish() }
        } catch {
            traces.removeLast()
            throw error
        }
        try account.act { _ = FileIdentity(of: staged.path)?.removeFolder(at: staged.path) }
    }

    private func write() throws(CommandError) {
        try NewFile(path, mode: 0o600).replace(with: traces.map { $0.line + "\n" }.joined())
    }

    /// Ends the journal of an `add` that has succeeded.
    func close() {
        unlink(path)
        NewFile.synchronizeFolder(of: path)
    }

    /// Undoes all lines, the last first, and ends the journal. Returns the removed and the remaining files and folders.
    @discardableResult
    func undo() -> [Undone] {
        takeBack()
        var undone: [Undone] = []
        for thing in traces.reversed().flatMap({ $0.undo(account) }) {
            // A folder stays because of its remaining files.
            let isKnown = undone.contains { $0.reason != nil && "\($0.path)/".hasPrefix("\(thing.path)/") }
            if thing.reason == nil || !isKnown { undone.append(thing) }
        }
        close()
        return undone
    }

    /// Moves this process's whole clone back out of the site's folder.
    private func takeBack() {
        guard let staging = traces.last(where: { $0.kind == .whole })?.path, move != nil else { return }
        try? account.act {
            guard mkdir(staging, 0o755) == 0 || errno == EEXIST else { return }
            move?.takeBack()
        }
        traces = traces.filter { $0.path != staging } + [Trace(.staging, staging, FileIdentity(of: staging))]
    }

    /// Undoes the journals of killed commands, and says so on standard error. The caller holds the lock. The file of a site is
    /// written last, so a site with a file is complete.
    static func recover(_ administration: Administration) {
        let folder = administration.sitesFolder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(".") && name.hasSuffix(ending) {
            let path = "\(folder)/\(name)"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            let journal = Journal(
                at: path, administration.account, text.split(separator: "\n").compactMap { Trace(line: $0) })
            let site = String(name.dropFirst().dropLast(ending.count))
            guard access(administration.file(of: site), F_OK) != 0 else {
                journal.close()
                continue
            }
            tell(journal.undo(), of: site)
        }
        for name in names where isDraft(name) { unlink("\(folder)/\(name)") }
    }

    /// Whether `name` belongs to an unfinished file in the sites' folder: of a site, a journal or a note.
    static func isDraft(_ name: String) -> Bool {
        guard name.hasPrefix("."), name.hasSuffix(".new") else { return false }
        let file = name.dropFirst().dropLast(".new".count)
        return file.hasPrefix(".")
            ? [ending, ".removing", ".made"].contains { file.hasSuffix($0) } : file.hasSuffix(".toml")
    }

    private static func tell(_ undone: [Undone], of site: String) {
        let lines = undone.map { "bellpull: after an interrupted command for \(site.escapedForDisplay): \($0.text)\n" }
        if !lines.isEmpty { LogWriter.standardError.write(lines.joined()) }
    }
}
