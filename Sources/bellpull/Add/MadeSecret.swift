import Foundation

/// The note that bellpull made the secret of a site, in the sites' folder, where only root can write. `bellpull remove` removes no
/// secret without the note: a person may have made the file, and use it elsewhere.
struct MadeSecret: Equatable {
    /// The file of the secret.
    let path: String

    private static func file(of site: String, in folder: String) -> String { "\(folder)/.\(site).made" }

    init(path: String) { self.path = path }

    /// Reads the note about `site`; `nil` if there is none.
    init?(of site: String, in folder: String) {
        guard let data = FileManager.default.contents(atPath: Self.file(of: site, in: folder)) else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        guard let path = lines.first, path.hasPrefix("/") else { return nil }
        self.init(path: String(path))
    }

    /// Writes the note, before the secret is made.
    func write(of site: String, in folder: String, _ journal: Journal) throws(CommandError) {
        let file = Self.file(of: site, in: folder)
        try NewFile(file, mode: 0o600).replace(with: "\(path)\n")
        try journal.note(Journal.Trace(.file, file, FileIdentity(of: file)))
    }

    /// Removes the note about `site`, if there is one.
    static func forget(_ site: String, in folder: String) { unlink(file(of: site, in: folder)) }
}
