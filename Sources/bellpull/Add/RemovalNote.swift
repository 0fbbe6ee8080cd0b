import Foundation

/// What `bellpull remove` is removing, in the sites' folder, where only root can write. The note is on the disk before the file
/// of the site goes. A second `remove` goes on with the note that a killed one has left.
struct RemovalNote: Codable, Equatable {
    let site: String
    /// The folder of the site; `nil` if the site's file did not tell.
    let path: String?
    /// The URL of the site's remote; `nil` if nothing told.
    let remote: String?
    /// The file of the secret that bellpull made and nobody else uses.
    let secretFile: String?
    /// The file of a secret that stays.
    var keptSecret: KeptSecret?
    /// The private key that nobody else uses.
    let key: String?
    /// Whether the folder of the site is to be removed.
    var removesFiles: Bool
    /// Whether no other site was left, and no main file.
    let isLastSite: Bool

    /// The file of a secret that stays.
    struct KeptSecret: Codable, Equatable {
        let path: String
        /// Whether another site uses the file too.
        let isShared: Bool
    }

    private static func path(of site: String, in folder: String) -> String { "\(folder)/.\(site).removing" }

    /// Reads the note about `site`; `nil` if there is none.
    static func read(_ site: String, in folder: String) -> RemovalNote? {
        FileManager.default.contents(atPath: path(of: site, in: folder)).flatMap {
            try? JSONDecoder().decode(RemovalNote.self, from: $0)
        }
    }

    func write(in folder: String) throws(CommandError) {
        // Strings and truth values can always be encoded.
        let json = (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        try NewFile(Self.path(of: site, in: folder), mode: 0o600).replace(with: json)
    }

    func remove(in folder: String) {
        unlink(Self.path(of: site, in: folder))
        NewFile.synchronizeFolder(of: Self.path(of: site, in: folder))
    }
}
