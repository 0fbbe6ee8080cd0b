extension String {
    /// The text with user names and passwords in URLs replaced by `***`.
    public var redactingCredentials: String {
        // Nearly every text has no credentials, and the pattern takes long to find that out.
        guard utf8.contains(UInt8(ascii: "@")) else { return self }
        return replacing(#/:\/\/[^\/\s]+@/#, with: "://***@")
    }
}
