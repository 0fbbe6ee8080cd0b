import Configuration
import Foundation

/// The file of a site's secret, and who else uses it.
struct SecretUse {
    /// The file if bellpull made it and nobody else uses it.
    let own: String?
    /// The file if it stays.
    let kept: RemovalNote.KeptSecret?

    /// Looks at the file `path`, the value of `secret_file` of the site `name`.
    init(of name: String, _ path: String?, _ administration: Administration) {
        guard let path, path.hasPrefix("/"), let file = FileIdentity(following: path) else {
            (own, kept) = (nil, nil)
            return
        }
        let folder = administration.sitesFolder
        let isShared = Self.others(of: name, administration).contains { FileIdentity(following: $0) == file }
        let isMade = MadeSecret(of: name, in: folder) == MadeSecret(path: path) && FileIdentity(of: path) == file
        own = isMade && !isShared ? path : nil
        kept = own == nil ? RemovalNote.KeptSecret(path: path, isShared: isShared) : nil
    }

    /// Returns the paths that may be secrets of other sites: by another spelling, such a path leads to the same file.
    private static func others(of name: String, _ administration: Administration) -> [String] {
        let folder = administration.sitesFolder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let files = names.filter { $0.hasSuffix(".toml") && $0 != "\(name).toml" }.map { "\(folder)/\($0)" }
        let paths = (files + [administration.source.mainFilePath]).flatMap { file -> [String] in
            let text = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
            let draft = try? SiteDraft(name: "site", text: text, path: file)
            return strings(in: text) + [draft?.secretFile].compactMap(\.self)
        }
        let credentials = ["LoadCredential", "LoadCredentialEncrypted"].flatMap {
            administration.unit?.words($0) ?? []
        }
        return paths + credentials.compactMap { $0.split(separator: ":", maxSplits: 1).last.map(String.init) }
    }

    /// Returns the strings of `text` that are absolute paths. A file with mistakes has them, too.
    private static func strings(in text: String) -> [String] {
        let quotes: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "'")]
        return quotes.flatMap { text.utf8.split(separator: $0).map { String(decoding: $0, as: UTF8.self) } }
            .filter { $0.hasPrefix("/") && !$0.contains("\n") }
    }
}
