/// Something in the configuration that is wrong, or that should be otherwise.
public struct Mistake: Error, Sendable, Equatable {
    /// The file and, if known, the line, such as `/etc/bellpull/sites/blog.toml:3`, or the environment variable.
    public let place: String
    /// What is wrong, in one line.
    public let message: String
    /// What to write instead.
    public let hint: String?

    /// A mistake in these words.
    public init(_ place: String, _ message: String, hint: String? = nil) {
        self.place = place
        self.message = message
        self.hint = hint
    }
}
