internal import Text

/// The parts of a site that are not in its own repository.
public struct ContentSettings: Sendable, Equatable {
    /// The URLs of submodules that are allowed in addition to those that the remote implies; `nil` if submodules are not
    /// fetched.
    public internal(set) var submodules: [String]?
    /// Whether the files in git-lfs are fetched; `nil` if the clone's own configuration decides.
    public internal(set) var lfs: Bool?

    /// Creates the settings of a site that fetches neither.
    init() {}

    /// Reads `submodules` and `lfs` of `section`. An error leaves the default.
    init(_ section: Section, _ diagnostics: inout Diagnostics) {
        submodules = Self.submodules(section, &diagnostics)
        lfs = section.flag(.lfs, &diagnostics)
    }

    private static func submodules(_ section: Section, _ diagnostics: inout Diagnostics) -> [String]? {
        let errors = diagnostics.errors.count
        if let isOn = section.flag(.submodules, &diagnostics) { return isOn ? [] : nil }
        guard diagnostics.errors.count == errors, let urls = section.texts(.submodules, &diagnostics) else {
            return nil
        }
        guard let fault = fault(urls) else { return urls }
        diagnostics.error(at: section.place(of: .submodules), "submodules \(fault)", hint: listHint)
        return nil
    }

    private static let listHint =
        #"submodules = ["https://github.com/theNewDynamic/gohugo-theme-ananke.git"], or submodules = true"#

    /// Returns what is wrong with the list.
    private static func fault(_ urls: [String]) -> String? {
        if urls.isEmpty { return "is an empty list" }
        if urls.contains("") { return "contains an empty URL" }
        if let fault = urls.lazy.compactMap(RemoteSetting.fault).first {
            return "contains a URL that \(fault.fact)"
        }
        var seen: Set<String> = []
        return urls.first { !seen.insert($0).inserted }.map { "contains \($0.escapedForDisplay) twice" }
    }
}
