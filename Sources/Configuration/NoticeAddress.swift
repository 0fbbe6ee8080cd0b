internal import Text

/// The address that a notice goes to: HTTPS, or HTTP to this machine.
struct NoticeAddress {
    let text: String

    /// Reads the address at `key` of `section`; `nil` without the key or after an error. No message contains a password.
    init?(_ key: Key, _ section: Section, _ diagnostics: inout Diagnostics) {
        guard let text = section.text(key, &diagnostics) else { return nil }
        guard let fault = Self.fault(text) else {
            self.text = text
            return
        }
        section.refuse(key, text, "\(key.name) \(fault)", hint: key.line, &diagnostics)
        return nil
    }

    private static func fault(_ text: String) -> String? {
        // A query may be a secret, so no message shows it.
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let shown = String(parts.first ?? "").escapedForDisplay
        let url: SiteURL
        do throws(SiteURL.Mistake) {
            url = try SiteURL(parsing: String(parts.first ?? ""))
        } catch {
            return error == .credentials ? "contains a user or a password" : "is not an address: \(shown)"
        }
        if parts.count > 1, !parts[1].utf8.allSatisfy(isOfQuery) { return "contains characters that no URL has" }
        let isLocal = ["localhost", "127.0.0.1", "[::1]"].contains(url.host)
        return url.isEncrypted || isLocal ? nil : "is not encrypted: \(shown)"
    }

    private static func isOfQuery(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && !##""#<>\^`{|}"##.utf8.contains(byte)
    }
}
