/// The name of a site and the file with its settings: enough to recognise the site in a later reading of the files.
public struct SiteOrigin: Sendable, Hashable {
    /// The site's name.
    public let name: String
    /// The file, escaped for display and without a line number.
    public let file: String

    /// Creates an origin from a name and a place, such as `/etc/bellpull/bellpull.toml:12`.
    public init(name: String, place: String) {
        self.name = name
        let digits = place.utf8.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        let file = place.utf8.dropLast(digits)
        // A table moves to another line when somebody edits the lines above the table.
        let hasLine = digits > 0 && file.last == UInt8(ascii: ":")
        self.file = hasLine ? String(decoding: file.dropLast(), as: UTF8.self) : place
    }
}

extension SiteSettings {
    /// The name and the file of the settings.
    public var origin: SiteOrigin { SiteOrigin(name: name, place: place) }
}
