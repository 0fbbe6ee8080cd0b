internal import Git
internal import Text

/// The text of a remote as a person writes it: a URL that git may use, or an absolute path.
public enum RemoteText {
    /// Returns what is wrong with `text`: the fact, to be written after the noun, and the remedy; `nil` if nothing is. Neither
    /// contains a user or a password.
    ///
    /// Unlike `remote` of a site's file, a URL of HTTP may not contain a user either: forges take tokens there.
    public static func fault(_ text: String) -> (fact: String, hint: String)? {
        if let scheme = text.firstRange(of: "://"), text[..<scheme.lowerBound].lowercased().hasPrefix("http"),
            text[scheme.upperBound...].prefix(while: { $0 != "/" }).contains("@")
        {
            return (
                "contains a user, a password or a token",
                "remove it; for a private repository write git@HOST:OWNER/NAME.git, and bellpull makes a deploy key"
            )
        }
        return RemoteSetting.fault(text)
    }
}
