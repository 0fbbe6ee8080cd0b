internal import Foundation
internal import Synchronization
internal import Text

/// The folder with a file for each site.
struct SitesFolder: Sendable {
    /// Its path.
    let path: String
    /// Its files that end in `.toml` and do not begin with a dot, sorted.
    let files: [String]

    /// Lists the folder at `path`, which may be absent.
    init(_ path: String) throws(FileTrouble) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let trouble = FileTrouble(errno, path: path)
            guard trouble == .missing else { throw trouble }
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

    /// Reads all files, a few on each processor at a time.
    func read(_ reader: SiteReader) -> [SiteReading] {
        let size = 64
        let pieces = stride(from: 0, to: files.count, by: size).map { files[$0..<min($0 + size, files.count)] }
        guard pieces.count > 1 else { return files.map { read($0, reader) } }
        let readings = Mutex([[SiteReading]](repeating: [], count: pieces.count))
        DispatchQueue.concurrentPerform(iterations: pieces.count) { index in
            let piece = pieces[index].map { read($0, reader) }
            readings.withLock { $0[index] = piece }
        }
        return readings.withLock { $0.flatMap(\.self) }
    }

    private func read(_ file: String, _ reader: SiteReader) -> SiteReading {
        let path = "\(path)/\(file)"
        let name = String(file.dropLast(5))
        var diagnostics = Diagnostics()
        guard let document = Document.read(path, &diagnostics) else {
            var reading = SiteReading(place: path.escapedForDisplay)
            reading.name = SiteName(name)
            reading.mayHaveSecrets = true
            reading.diagnostics = diagnostics
            return reading
        }
        var reading = reader.read(file: Section(document), name: name)
        reading.diagnostics.append(diagnostics)
        return reading
    }
}
