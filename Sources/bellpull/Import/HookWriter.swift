import Configuration
import Foundation
import Text

/// Writes the files of imported hooks: all, or after an error none.
struct HookWriter {
    let administration: Administration

    /// Writes the files. Returns how many sites were written. The caller holds the lock.
    ///
    /// - Throws: an error, and changes nothing, if a file is there already.
    func write(_ hooks: [ImportedHook]) throws -> Int {
        let sites = hooks.filter { $0.text != nil }
        let files = sites.map(\.file) + sites.map(\.secretFile)
        if let taken = files.first(where: { FileIdentity(of: $0) != nil }) {
            throw CommandError(
                .failure, "\(taken) is there already, and is not overwritten",
                hint: "move it away, or remove the hook from the file")
        }
        let journal = try Journal(of: "import-\(getpid())", administration)
        do {
            for site in sites {
                let secret = NewFile(site.secretFile, mode: 0o640, group: administration.account.group)
                try MadeSecret(path: site.secretFile).write(of: site.site, in: administration.sitesFolder, journal)
                try create(secret, site.secret.map { $0 + "\n" } ?? NewSecret.text() + "\n", journal)
                try create(NewFile(site.file, mode: 0o644), site.text ?? "", journal)
            }
        } catch {
            journal.undo()
            throw error
        }
        journal.close()
        return sites.count
    }

    private func create(_ file: NewFile, _ text: String, _ journal: Journal) throws(CommandError) {
        guard try file.create(with: text, journal) else {
            throw CommandError(
                .failure, "\(file.path) was made by somebody else meanwhile", hint: "run the command again")
        }
    }
}
