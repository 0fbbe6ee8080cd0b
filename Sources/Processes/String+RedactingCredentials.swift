extension String {
    /// The text with user names and passwords in URLs replaced by `***`.
    public var redactingCredentials: String {
        replacing(#/:\/\/[^\/\s]+@/#, with: "://***@")
    }
}
