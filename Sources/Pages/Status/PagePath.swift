/// The path of a page below the mount.
enum PagePath: Equatable {
    /// All sites.
    case overview
    /// The deployments of all sites.
    case history
    /// One site, and its deployments.
    case site(String)
    /// One deployment.
    case deployment(Int64)
    /// The output of a running deployment, from a position on.
    case log(Int64)
    /// The style sheet, the script and the icon.
    case style, script, icon

    /// Reads `path`. Returns `nil` for a path that no page has. The web server has decoded the path.
    init?(_ path: String?) {
        guard let path, path != "/" else {
            self = .overview
            return
        }
        let words = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard path.hasPrefix("/"), !words.contains("") else { return nil }
        switch (words.count, words[0]) {
        case (1, "history"): self = .history
        case (1, "style.css"): self = .style
        case (1, "script.js"): self = .script
        case (1, "icon.svg"): self = .icon
        case (2, "site"): self = .site(words[1])
        case (2, "deployment"):
            guard let id = Int64(decimal: words[1]) else { return nil }
            self = .deployment(id)
        case (3, "deployment"):
            guard let id = Int64(decimal: words[1]), words[2] == "log" else { return nil }
            self = .log(id)
        default: return nil
        }
    }

    /// The relative address of the mount, as seen from the page.
    var root: String {
        switch self {
        case .overview, .history, .style, .script, .icon: "./"
        case .site, .deployment: "../"
        case .log: "../../"
        }
    }
}

extension Int64 {
    /// Reads a number of 1 to 18 decimal digits, without a sign or leading zeros.
    init?(decimal text: String) {
        let digits = text.utf8
        guard (1...18).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            digits.first != UInt8(ascii: "0") || digits.count == 1
        else { return nil }
        self.init(text)
    }
}
