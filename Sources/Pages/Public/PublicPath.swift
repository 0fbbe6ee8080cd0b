/// The path of a badge or a feed below the mount.
enum PublicPath: Equatable {
    /// The badge of a site.
    case badge(site: String)
    /// The feed of a site, or of all sites.
    case feed(site: String?)

    /// Reads `path`. Returns `nil` for a path of nothing.
    init?(_ path: String?) {
        guard let path else { return nil }
        if path == "/feed.atom" {
            self = .feed(site: nil)
        } else if let name = Self.name(in: path, "/badge/", ".svg") {
            self = .badge(site: name)
        } else if let name = Self.name(in: path, "/feed/", ".atom") {
            self = .feed(site: name)
        } else {
            return nil
        }
    }

    private static func name(in path: String, _ start: String, _ end: String) -> String? {
        let (bytes, start, end) = (Array(path.utf8), Array(start.utf8), Array(end.utf8))
        guard bytes.starts(with: start), bytes.count > start.count + end.count,
            bytes.suffix(end.count).elementsEqual(end)
        else { return nil }
        let name = bytes.dropFirst(start.count).dropLast(end.count)
        return name.contains(UInt8(ascii: "/")) ? nil : String(decoding: name, as: UTF8.self)
    }
}
