internal import Foundation
internal import Synchronization
internal import Text

/// The folder with a file for each site.
struct SitesFolder: Sendable {
    /// The folder's path.
    let path: String
    /// The names that end in `.toml` and do not start with a dot, sorted.
    let files: [String]

    /// Lists the folder at `path`. A missing folder has no files.
    init(_ path: String) throws(FileError) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = FileError(errno, path: path)
            guard error == .missing else { throw error }
            files = []
            return
        }
        close(descriptor)
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.utf8.count > 5 && $0.hasSuffix(".toml") && !$0.hasPrefix(".") }.sorted()
        } catch {
            throw .system("\(error.localizedDescription)".escapedForDisplay)
        }
    }

    /// Reads all files, 64 at a time per processor.
    func read(_ reader: SiteReader) -> [ParsedSite] {
        let size = 64
        let pieces = stride(from: 0, to: files.count, by: size).map { files[$0..<min($0 + size, files.count)] }
        guard pieces.count > 1 else { return files.map { read($0, reader) } }
        let sites = Mutex([[ParsedSite]](repeating: [], count: pieces.count))
        DispatchQueue.concurrentPerform(iterations: pieces.count) { index in
            let piece = pieces[index].map { read($0, reader) }
            sites.withLock { $0[index] = piece }
        }
        return sites.withLock { $0.flatMap(\.self) }
    }

    private func read(_ file: String, _ reader: SiteReader) -> ParsedSite {
        let path = "\(path)/\(file)"
        let name = String(file.dropLast(5))
        var diagnostics = Diagnostics()
        guard let document = Document.read(path, &diagnostics) else {
            var site = ParsedSite(place: path.escapedForDisplay)
            site.name = SiteName(name)
            site.mayHaveSecrets = true
            site.diagnostics = diagnostics
            return site
        }
        var site = reader.read(file: Section(document), name: name)
        site.diagnostics.append(diagnostics)
        return site
    }
}
